// Command agent speaks to a sidecar with Go's own HTTP client and JSON decoder, as Argo's agent does
// (https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/util/plugin/plugin.go): it POSTs one template
// until the reply is final, and fails on anything that Go would not take.
// Usage: agent ADDRESS TOKEN-FILE BODY-FILE
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"time"
)

// reply is executor.ExecuteTemplateReply, as far as Argo reads it.
type reply struct {
	Node *struct {
		Phase   string `json:"phase"`
		Message string `json:"message"`
		Outputs *struct {
			Parameters []struct {
				Name  string `json:"name"`
				Value string `json:"value"`
			} `json:"parameters"`
		} `json:"outputs"`
	} `json:"node"`
	Requeue string `json:"requeue"`
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func run(address, tokenFile, bodyFile string) error {
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		return err
	}
	body, err := os.ReadFile(bodyFile)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: 30 * time.Second}
	waits, reused := 0, 0
	for {
		got, again, err := post(client, address, strings.TrimSpace(string(token)), body)
		if err != nil {
			return err
		}
		if again {
			reused++
		}
		if got.Node == nil {
			return fmt.Errorf("no node")
		}
		if got.Requeue == "" {
			return judge(got, waits, reused)
		}
		wait, err := time.ParseDuration(got.Requeue)
		if err != nil {
			return err
		}
		if got.Node.Phase != "" && got.Node.Phase != "Pending" {
			return fmt.Errorf("phase %q with a requeue", got.Node.Phase)
		}
		waits++
		time.Sleep(wait)
	}
}

func post(client *http.Client, address, token string, body []byte) (*reply, bool, error) {
	again := false
	request, err := http.NewRequest("POST", address+"/api/v1/template.execute", bytes.NewReader(body))
	if err != nil {
		return nil, false, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { again = info.Reused }}
	response, err := client.Do(request.WithContext(httptrace.WithClientTrace(request.Context(), trace)))
	if err != nil {
		return nil, false, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, false, fmt.Errorf("%s", response.Status)
	}
	// One Decode and no more reading, as Argo does: the connection is used again only with a Content-Length.
	var got reply
	return &got, again, json.NewDecoder(response.Body).Decode(&got)
}

func judge(got *reply, waits, reused int) error {
	if got.Node.Phase != "Succeeded" || got.Node.Message == "" || got.Node.Outputs == nil {
		return fmt.Errorf("final reply %q %q", got.Node.Phase, got.Node.Message)
	}
	if waits == 0 || reused != waits {
		return fmt.Errorf("%d requeues, but %d connections used again", waits, reused)
	}
	fmt.Printf("ok: %s after %d requeues over one connection, %d outputs\n", got.Node.Phase, waits, len(got.Node.Outputs.Parameters))
	return nil
}
