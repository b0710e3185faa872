Console.WriteLine($"Would index {args.FirstOrDefault(".")}.");
