using System;
using BenchmarkDotNet.Running;
using DreamFusion.Bench.Evaluation;
using DreamFusion.Bench.Gpu;
using DreamFusion.Bench.Guidance;
using DreamFusion.Bench.Planning;
using DreamFusion.Bench.Prompts;
using DreamFusion.Bench.Training;
using DreamFusion.Bench.WholeStep;
using DreamFusion.RandomCheckpoints;

if (args is ["step", ..])
{
    return StepCommand.Run(args.AsSpan(1));
}
if (args is ["guidance", ..])
{
    return GuidanceCommand.Run(args.AsSpan(1));
}
if (args is ["samples", ..])
{
    return SamplesCommand.Run(args.AsSpan(1));
}
if (args is ["prompts", ..])
{
    return PromptsCommand.Run(args.AsSpan(1));
}
if (args is ["training", ..])
{
    return TrainingCommand.Run(args.AsSpan(1));
}
if (args is ["first-step", ..])
{
    return FirstStepCommand.Run(args.AsSpan(1));
}
if (args is ["janus", ..])
{
    return JanusCommand.Run(args.AsSpan(1));
}
if (args is ["ladder", ..])
{
    return LadderCommand.Run(args.AsSpan(1));
}
if (args is ["front-back", ..])
{
    return JanusCommand.Measure(args.AsSpan(1));
}
if (args is ["encoder", ..])
{
    return EncoderCommand.Run(args.AsSpan(1));
}
if (args is ["conv-gradient"])
{
    return ConvGradientCommand.Run();
}
if (args is ["planner", ..])
{
    return PlannerCommand.Run(args.AsSpan(1));
}
if (args is ["random-checkpoint", ..])
{
    return RandomCheckpointCommand.Run(args.AsSpan(1));
}
if (args is ["gpu-kernels", ..])
{
    return GpuKernelsCommand.Run(args.AsSpan(1));
}
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
