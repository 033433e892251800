module driver-plugin/peers/agent

go 1.21
