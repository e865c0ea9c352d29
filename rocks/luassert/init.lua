return require("busted.portable.shared").assert
