using System.Collections.Generic;
using DreamFusion.Architecture.Tests.Discovery;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>One thing that genuine ILGPU 1.5.3 or a PTX compiler cannot take.</summary>
public interface IKernelRule
{
    /// <summary>Stable id, <c>K01</c> to <c>K99</c>.</summary>
    string Id { get; }

    /// <summary>What to write instead.</summary>
    string Remedy { get; }

    /// <summary>All violations in a kernel and what it calls.</summary>
    IEnumerable<Finding> Check(KernelGraph graph);
}

/// <summary>Where a rule is broken and by what.</summary>
/// <param name="Method">Method that holds the offending code.</param>
/// <param name="Offset">IL offset; 0 for signatures and locals.</param>
/// <param name="What">The offending thing.</param>
public sealed record Finding(DeviceMethod Method, int Offset, string What);

/// <summary>A finding with its rule, ready to print.</summary>
public sealed record Violation(IKernelRule Rule, Finding Finding)
{
    /// <summary>The C# line.</summary>
    public SourceLine Source { get; } = SourceLines.Of(Finding.Method.Method.Module.Assembly).Find(Finding.Method.Method, Finding.Offset);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Rule.Id} {Rule.GetType().Name}: {Finding.Method.Name} IL_{Finding.Offset:x4} ({Source}): {Finding.What}. {Rule.Remedy}";
}

/// <summary>A rule that looks at one method at a time.</summary>
public abstract class MethodRule : IKernelRule
{
    /// <inheritdoc/>
    public abstract string Id { get; }

    /// <inheritdoc/>
    public abstract string Remedy { get; }

    /// <inheritdoc/>
    public IEnumerable<Finding> Check(KernelGraph graph)
    {
        foreach (DeviceMethod method in graph.Methods)
        {
            foreach (Finding finding in Check(method))
            {
                yield return finding;
            }
        }
    }

    /// <summary>All violations in one method.</summary>
    protected abstract IEnumerable<Finding> Check(DeviceMethod method);
}

/// <summary>A rule that looks at one instruction at a time.</summary>
public abstract class InstructionRule : MethodRule
{
    /// <inheritdoc/>
    protected sealed override IEnumerable<Finding> Check(DeviceMethod method)
    {
        foreach (Instruction instruction in method.Instructions)
        {
            if (Describe(instruction) is { } what)
            {
                yield return new Finding(method, instruction.Offset, what);
            }
        }
    }

    /// <summary>What is wrong with an instruction; null if nothing.</summary>
    protected abstract string? Describe(Instruction instruction);
}

/// <summary>A rule that looks at every type a method touches.</summary>
public abstract class TypeRule : MethodRule
{
    /// <inheritdoc/>
    protected sealed override IEnumerable<Finding> Check(DeviceMethod method)
    {
        foreach ((int offset, System.Type type) in method.Types)
        {
            if (IsForbidden(type))
            {
                yield return new Finding(method, offset, $"uses {Display.NameOf(type)}");
            }
        }
    }

    /// <summary>True for a type the device does not have.</summary>
    protected abstract bool IsForbidden(System.Type type);
}
