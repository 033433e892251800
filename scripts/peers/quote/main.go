// Command quote tells for each line of standard input, a JSON string, whether Go's strconv.Quote writes it as JSON
// that means the same. That is how Argo substitutes an output into other templates
// (https://github.com/argoproj/argo-workflows/blob/v4.1.2/util/template/simple_template.go).
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var given, read string
		if err := json.Unmarshal(lines.Bytes(), &given); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		err := json.Unmarshal([]byte(strconv.Quote(given)), &read)
		fmt.Println(err == nil && read == given)
	}
}
