// Checks Kubernetes manifests by strict decoding: a field that the API does not have, or has twice, is an error. Of an
// Argo ExecutorPlugin the container is checked, of a kustomization that its files are there.
//
// With --build-of PLUGIN first, the ConfigMap of that plugin in the following file must have the data that
// `argo executor-plugin build` writes, byte for byte.
package main

import (
	"fmt"
	"os"
)

func main() {
	failed := len(os.Args) < 2
	check := checkFile
	files := os.Args[1:]
	if len(files) > 2 && files[0] == "--build-of" {
		plugin := files[1]
		check = func(path string) error { return checkBuild(plugin, path) }
		files = files[2:]
	}
	for _, path := range files {
		if err := check(path); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
	fmt.Printf("%d manifests are as they must be\n", len(files))
}
