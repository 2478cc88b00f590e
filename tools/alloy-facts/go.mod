module alloyfacts

go 1.22
