// Checks Kubernetes manifests by strict decoding: a field that the API does not have, or has twice, is an error. Of an
// Argo ExecutorPlugin the container is checked, of a Kustomization that its files are there.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

type kustomization struct {
	metav1.TypeMeta `json:",inline"`
	Resources       []string `json:"resources"`
}

type executorPlugin struct {
	Spec struct {
		Sidecar struct {
			Container map[string]any `json:"container"`
		} `json:"sidecar"`
	} `json:"spec"`
}

var kinds = map[string]func() any{
	"v1/Service":                               func() any { return &corev1.Service{} },
	"v1/ServiceAccount":                        func() any { return &corev1.ServiceAccount{} },
	"v1/ConfigMap":                             func() any { return &corev1.ConfigMap{} },
	"apps/v1/Deployment":                       func() any { return &appsv1.Deployment{} },
	"networking.k8s.io/v1/NetworkPolicy":       func() any { return &networkingv1.NetworkPolicy{} },
	"rbac.authorization.k8s.io/v1/Role":        func() any { return &rbacv1.Role{} },
	"rbac.authorization.k8s.io/v1/RoleBinding": func() any { return &rbacv1.RoleBinding{} },
}

var separator = regexp.MustCompile(`(?m)^---\s*$`)

func main() {
	failed := len(os.Args) < 2
	for _, path := range os.Args[1:] {
		if err := checkFile(path); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
	fmt.Printf("%d manifests decode strictly\n", len(os.Args)-1)
}

func checkFile(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, document := range separator.Split(string(content), -1) {
		if err := checkDocument([]byte(document), filepath.Dir(path)); err != nil {
			return err
		}
	}
	return nil
}

func checkDocument(document []byte, folder string) error {
	var meta metav1.TypeMeta
	if err := yaml.Unmarshal(document, &meta); err != nil {
		return err
	}
	switch meta.Kind {
	case "ExecutorPlugin":
		return checkPlugin(document)
	case "Kustomization":
		return checkKustomization(document, folder)
	}
	create, known := kinds[meta.APIVersion+"/"+meta.Kind]
	if !known {
		return fmt.Errorf("%s/%s is no kind that this program knows", meta.APIVersion, meta.Kind)
	}
	return yaml.UnmarshalStrict(document, create())
}

func checkPlugin(document []byte) error {
	var plugin executorPlugin
	if err := yaml.Unmarshal(document, &plugin); err != nil {
		return err
	}
	if plugin.Spec.Sidecar.Container == nil {
		return fmt.Errorf("the plugin has no spec.sidecar.container")
	}
	container, err := yaml.Marshal(plugin.Spec.Sidecar.Container)
	if err != nil {
		return err
	}
	return yaml.UnmarshalStrict(container, &corev1.Container{})
}

func checkKustomization(document []byte, folder string) error {
	var files kustomization
	if err := yaml.UnmarshalStrict(document, &files); err != nil {
		return err
	}
	for _, name := range files.Resources {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}
