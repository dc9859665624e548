using System;
using System.Collections.Generic;
using DreamFusion.Architecture.Tests.Discovery;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>The callee must be known at compile time (2.4): only constrained calls on structs resolve.</summary>
public sealed class NoVirtualCalls : MethodRule
{
    /// <inheritdoc/>
    public override string Id => "K05";

    /// <inheritdoc/>
    public override string Remedy => "Make the variant a struct type parameter with an instance or static abstract interface member";

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Check(DeviceMethod method)
    {
        foreach ((Il.Instruction instruction, System.Reflection.MethodBase? target) in method.Calls)
        {
            bool delegateCall = typeof(Delegate).IsAssignableFrom(instruction.Callee!.DeclaringType);
            if (target is null && !delegateCall)
            {
                yield return new Finding(method, instruction.Offset, $"calls {Display.NameOf(instruction.Callee)} virtually");
            }
        }
    }
}
