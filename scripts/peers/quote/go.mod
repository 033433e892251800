module driver-plugin/peers/quote

go 1.21
