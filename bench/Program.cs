using System;
using BenchmarkDotNet.Running;
using DreamFusion.Bench.WholeStep;

if (args is ["step", ..])
{
    return StepCommand.Run(args.AsSpan(1));
}
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
