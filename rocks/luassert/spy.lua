return require("busted.portable.shared").spy
