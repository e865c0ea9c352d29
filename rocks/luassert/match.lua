return require("busted.portable.shared").match
