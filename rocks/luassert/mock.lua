return require("busted.portable.shared").mock
