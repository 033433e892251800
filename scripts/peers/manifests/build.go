package main

import (
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// checkBuild compares the plugin's ConfigMap in a file with what Argo makes of the plugin:
// https://github.com/argoproj/argo-workflows/blob/main/workflow/util/plugins/configmap.go
func checkBuild(pluginPath, configMapPath string) error {
	content, err := os.ReadFile(pluginPath)
	if err != nil {
		return err
	}
	plugin, container, err := readPlugin(content)
	if err != nil {
		return err
	}
	text, err := yaml.Marshal(container)
	if err != nil {
		return err
	}
	wanted := map[string]string{
		"sidecar.automountServiceAccountToken": fmt.Sprint(plugin.Spec.Sidecar.AutomountServiceAccountToken),
		"sidecar.container":                    string(text),
	}
	configMap, err := findConfigMap(configMapPath, plugin.Metadata.Name+"-executor-plugin")
	if err != nil {
		return err
	}
	if len(configMap.Data) != len(wanted) {
		return fmt.Errorf("its data has %d keys, not %d", len(configMap.Data), len(wanted))
	}
	for key, value := range wanted {
		if configMap.Data[key] != value {
			return fmt.Errorf("%s is\n%s\nand would be built as\n%s", key, configMap.Data[key], value)
		}
	}
	return nil
}

func findConfigMap(path, name string) (*corev1.ConfigMap, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for _, document := range separator.Split(string(content), -1) {
		var configMap corev1.ConfigMap
		if err := yaml.Unmarshal([]byte(document), &configMap); err != nil {
			continue // Another kind, whose fields are of other types.
		}
		if configMap.Kind == "ConfigMap" && configMap.Name == name {
			return &configMap, nil
		}
	}
	return nil, fmt.Errorf("there is no ConfigMap %s in it", name)
}
