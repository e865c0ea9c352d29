return require("busted.portable.shared").say
