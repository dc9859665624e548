using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;

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
            node.AccumulateBroadcast(1, node.Neg(node.OutputGradient));
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
                node.AccumulateBroadcast(input, node.Mul(node.OutputGradient, node.Input(1 - input)));
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
        string quotient = node.Div(node.OutputGradient, node.Input(1));
        if (node.Varies(0))
        {
            node.AccumulateBroadcast(0, quotient);
        }

        if (node.Varies(1))
        {
            node.AccumulateBroadcast(1, node.Neg(node.Mul(quotient, node.Output())));
        }
    }
}

/// <summary>y = aᵖ: dL/da = g·p·aᵖ⁻¹, dL/dp = g·y·ln a, summed over broadcast axes. The exponent may have another type.</summary>
internal sealed class PowGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Pow"];

    public void Differentiate(BackwardNode node)
    {
        if (node.Varies(0))
        {
            string exponent = node.Cast(node.Input(1), node.InputElement(1), node.Element);
            string power = node.Emit("Pow", [node.Input(0), node.Sub(exponent, node.Number(1))]);
            node.AccumulateBroadcast(0, node.Mul(node.OutputGradient, node.Mul(exponent, power)));
        }

        if (node.Varies(1))
        {
            string slope = node.Mul(node.Output(), node.Emit("Log", [node.Input(0)]));
            node.AccumulateBroadcast(1, node.Cast(node.Mul(node.OutputGradient, slope), node.Element, node.InputElement(1)));
        }
    }
}

/// <summary>y = c ? a : b: dL/da = c ? g : 0, dL/db = c ? 0 : g, summed over broadcast axes; none for the condition.</summary>
internal sealed class WhereGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Where"];

    public void Differentiate(BackwardNode node)
    {
        string condition = node.Input(0);
        string zero = node.Number(0);
        if (node.Varies(1))
        {
            node.AccumulateBroadcast(1, node.Emit("Where", [condition, node.OutputGradient, zero]));
        }

        if (node.Varies(2))
        {
            node.AccumulateBroadcast(2, node.Emit("Where", [condition, zero, node.OutputGradient]));
        }
    }
}

/// <summary>y = max or min of the inputs: the gradient goes to the input that was chosen, in equal parts among equal ones.</summary>
internal sealed class ExtremumGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Max", "Min"];

    public void Differentiate(BackwardNode node)
    {
        string y = node.Output();
        string[] chosen = [.. Enumerable.Range(0, node.Node.Input.Count)
            .Select(i => node.Cast(node.Emit("Equal", [node.Input(i), y]), TensorProto.Types.DataType.Bool, node.Element))];
        string share = node.Div(node.OutputGradient, chosen.Aggregate(node.Sum));
        for (int input = 0; input < chosen.Length; input++)
        {
            if (node.Varies(input))
            {
                node.AccumulateBroadcast(input, node.Mul(share, chosen[input]));
            }
        }
    }
}
