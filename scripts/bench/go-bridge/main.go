// The least bridge in Go: net/http, encoding/json and grpc-go with nothing between. No token, no check, no ledger, no log.
// Its driverpb is generated from proto/ when it is built: scripts/bench/subjects/go-bridge.ts.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"go-bridge/driverpb"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

type arguments struct {
	Type             string  `json:"type"`
	PipelineName     *string `json:"pipeline_name"`
	RunID            *string `json:"run_id"`
	RunName          *string `json:"run_name"`
	RunDisplayName   *string `json:"run_display_name"`
	TaskName         *string `json:"task_name"`
	Component        *string `json:"component"`
	Task             *string `json:"task"`
	Container        *string `json:"container"`
	KubernetesConfig *string `json:"kubernetes_config"`
	DagExecutionID   *int64  `json:"dag_execution_id,string"`
	IterationIndex   *int32  `json:"iteration_index,string"`
	CacheDisabled    *bool   `json:"cache_disabled"`
}

type body struct {
	Workflow struct {
		Metadata struct{ Name, Namespace, UID string }
	}
	Template struct {
		Plugin map[string]struct{ Args arguments }
	}
}

type parameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type node struct {
	Phase   string `json:"phase"`
	Message string `json:"message"`
	Outputs struct {
		Parameters []parameter `json:"parameters,omitempty"`
	} `json:"outputs"`
}

func main() {
	connection, err := grpc.NewClient(os.Getenv("DRIVER_HOST"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("POST /api/v1/template.execute", func(response http.ResponseWriter, request *http.Request) {
		var posted body
		if err := json.NewDecoder(request.Body).Decode(&posted); err != nil {
			http.Error(response, err.Error(), http.StatusBadRequest)
			return
		}
		text, err := json.Marshal(map[string]node{"node": drive(connection, &posted)})
		if err != nil {
			http.Error(response, err.Error(), http.StatusInternalServerError)
			return
		}
		response.Header().Set("Content-Type", "application/json")
		response.Header().Set("Content-Length", strconv.Itoa(len(text)))
		response.Write(text)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("SERVER_PORT"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("{\"message\":\"listening\",\"address\":\"http://%s\"}\n", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}

func drive(connection *grpc.ClientConn, posted *body) (answered node) {
	args := posted.Template.Plugin["driver-plugin"].Args
	workflow := posted.Workflow.Metadata
	call := &driverpb.ExecuteRequest{
		RequestId:        rand.Text(),
		Workflow:         &driverpb.Workflow{Name: workflow.Name, Namespace: workflow.Namespace, Uid: workflow.UID},
		Type:             driverpb.DriverType(driverpb.DriverType_value["DRIVER_TYPE_"+args.Type]),
		PipelineName:     args.PipelineName,
		RunId:            args.RunID,
		RunName:          args.RunName,
		RunDisplayName:   args.RunDisplayName,
		TaskName:         args.TaskName,
		Component:        args.Component,
		Task:             args.Task,
		Container:        args.Container,
		KubernetesConfig: args.KubernetesConfig,
		DagExecutionId:   args.DagExecutionID,
		IterationIndex:   args.IterationIndex,
		CacheDisabled:    args.CacheDisabled,
	}
	ctx, cancel := context.WithTimeout(context.Background(), 120*time.Second)
	defer cancel()
	answer := &driverpb.ExecuteResponse{}
	if err := connection.Invoke(ctx, "/kfp.driver.v1.DriverService/Execute", call, answer); err != nil {
		answered.Phase, answered.Message = "Error", err.Error()
		return answered
	}
	condition := "nil"
	if answer.Condition != nil {
		condition = strconv.FormatBool(*answer.Condition)
	}
	answered.Phase, answered.Message = "Succeeded", "driver done"
	answered.Outputs.Parameters = []parameter{
		{"pod-spec-patch", answer.GetPodSpecPatch()},
		{"cached-decision", strconv.FormatBool(answer.GetCached())},
		{"condition", condition},
	}
	return answered
}
