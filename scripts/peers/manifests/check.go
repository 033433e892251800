package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

type kustomization struct {
	metav1.TypeMeta `json:",inline"`
	Resources       []string `json:"resources"`
	Patches         []struct {
		Path   string            `json:"path"`
		Target map[string]string `json:"target"`
	} `json:"patches"`
}

type executorPlugin struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		Sidecar struct {
			AutomountServiceAccountToken bool           `json:"automountServiceAccountToken"`
			Container                    map[string]any `json:"container"`
		} `json:"sidecar"`
	} `json:"spec"`
}

var kinds = map[string]func() any{
	"v1/Service":                               func() any { return &corev1.Service{} },
	"v1/ServiceAccount":                        func() any { return &corev1.ServiceAccount{} },
	"v1/ConfigMap":                             func() any { return &corev1.ConfigMap{} },
	"v1/Secret":                                func() any { return &corev1.Secret{} },
	"apps/v1/Deployment":                       func() any { return &appsv1.Deployment{} },
	"networking.k8s.io/v1/NetworkPolicy":       func() any { return &networkingv1.NetworkPolicy{} },
	"policy/v1/PodDisruptionBudget":            func() any { return &policyv1.PodDisruptionBudget{} },
	"rbac.authorization.k8s.io/v1/Role":        func() any { return &rbacv1.Role{} },
	"rbac.authorization.k8s.io/v1/RoleBinding": func() any { return &rbacv1.RoleBinding{} },
}

var separator = regexp.MustCompile(`(?m)^---\s*$`)

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
		_, _, err := readPlugin(document)
		return err
	case "Component":
		return checkKustomization(document, folder)
	case "":
		return nil // Comments between two documents.
	}
	create, known := kinds[meta.APIVersion+"/"+meta.Kind]
	if !known {
		return fmt.Errorf("%s/%s is no kind that this program knows", meta.APIVersion, meta.Kind)
	}
	return yaml.UnmarshalStrict(document, create())
}

func readPlugin(document []byte) (executorPlugin, corev1.Container, error) {
	var plugin executorPlugin
	var container corev1.Container
	if err := yaml.Unmarshal(document, &plugin); err != nil {
		return plugin, container, err
	}
	if plugin.Spec.Sidecar.Container == nil {
		return plugin, container, fmt.Errorf("the plugin has no spec.sidecar.container")
	}
	text, err := yaml.Marshal(plugin.Spec.Sidecar.Container)
	if err != nil {
		return plugin, container, err
	}
	return plugin, container, yaml.UnmarshalStrict(text, &container)
}

func checkKustomization(document []byte, folder string) error {
	var files kustomization
	if err := yaml.UnmarshalStrict(document, &files); err != nil {
		return err
	}
	names := files.Resources
	for _, patch := range files.Patches {
		names = append(names, patch.Path)
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}
