return require("busted.portable.shared").util
