using System.Collections.Generic;

namespace DreamFusion.Pipeline.Guidance.Onnx.Gradients;

/// <summary>y = a + b: dL/da = g, dL/db = g, summed over broadcast axes.</summary>
internal sealed class AddGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Add"];

    public void Differentiate(BackwardNode node)
    {
        for (int input = 0; input < 2; input++)
        {
            if (node.Varies(input))
            {
                node.AccumulateBroadcast(input, node.OutputGradient);
            }
        }
    }
}

/// <summary>y = a - b: dL/da = g, dL/db = -g, summed over broadcast axes.</summary>
internal sealed class SubGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Sub"];

    public void Differentiate(BackwardNode node)
    {
        if (node.Varies(0))
        {
            node.AccumulateBroadcast(0, node.OutputGradient);
        }

        if (node.Varies(1))
        {
            node.AccumulateBroadcast(1, node.Emit("Neg", [node.OutputGradient]));
        }
    }
}

/// <summary>y = a·b: dL/da = g·b, dL/db = g·a, summed over broadcast axes.</summary>
internal sealed class MulGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Mul"];

    public void Differentiate(BackwardNode node)
    {
        for (int input = 0; input < 2; input++)
        {
            if (node.Varies(input))
            {
                node.AccumulateBroadcast(input, node.Emit("Mul", [node.OutputGradient, node.Input(1 - input)]));
            }
        }
    }
}

/// <summary>y = a/b: dL/da = g/b, dL/db = -g·y/b, summed over broadcast axes.</summary>
internal sealed class DivGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Div"];

    public void Differentiate(BackwardNode node)
    {
        string quotient = node.Emit("Div", [node.OutputGradient, node.Input(1)]);
        if (node.Varies(0))
        {
            node.AccumulateBroadcast(0, quotient);
        }

        if (node.Varies(1))
        {
            node.AccumulateBroadcast(1, node.Emit("Neg", [node.Emit("Mul", [quotient, node.Output()])]));
        }
    }
}

/// <summary>y = -x: dL/dx = -g.</summary>
internal sealed class NegGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Neg"];

    public void Differentiate(BackwardNode node) => node.Accumulate(0, node.Emit("Neg", [node.OutputGradient]));
}

/// <summary>y = 1/(1 + e^-x): dL/dx = g·y·(1 - y).</summary>
internal sealed class SigmoidGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Sigmoid"];

    public void Differentiate(BackwardNode node)
    {
        string y = node.Output();
        string complement = node.Emit("Sub", [node.Floats("one", [1f]), y]);
        node.Accumulate(0, node.Emit("Mul", [node.OutputGradient, node.Emit("Mul", [y, complement])]));
    }
}

/// <summary>y = tanh x: dL/dx = g·(1 - y²).</summary>
internal sealed class TanhGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Tanh"];

    public void Differentiate(BackwardNode node)
    {
        string y = node.Output();
        string slope = node.Emit("Sub", [node.Floats("one", [1f]), node.Emit("Mul", [y, y])]);
        node.Accumulate(0, node.Emit("Mul", [node.OutputGradient, slope]));
    }
}
