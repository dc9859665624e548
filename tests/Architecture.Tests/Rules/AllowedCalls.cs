using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using DreamFusion.Architecture.Tests.Discovery;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>
/// What a kernel may call outside its own assembly: ILGPU's device types and the .NET functions that genuine ILGPU is
/// known to translate. Everything else is an "internal compiler error" there.
/// </summary>
public sealed class AllowedCalls : IKernelRule
{
    private static readonly HashSet<string> _deviceTypes =
    [
        "ILGPU.Index1D", "ILGPU.Index2D", "ILGPU.Index3D", "ILGPU.LongIndex1D", "ILGPU.LongIndex2D", "ILGPU.LongIndex3D",
        "ILGPU.ArrayView`1", "ILGPU.ArrayViewExtensions", "ILGPU.Grid", "ILGPU.Group", "ILGPU.Warp", "ILGPU.SharedMemory",
        "ILGPU.LocalMemory", "ILGPU.Atomic", "ILGPU.MemoryFence", "ILGPU.Interop", "ILGPU.IntrinsicMath", "ILGPU.Half",
        "ILGPU.SpecializedValue`1", "ILGPU.Runtime.ArrayView1D`2", "ILGPU.Runtime.ArrayView2D`2", "ILGPU.Runtime.ArrayView3D`2",
        "ILGPU.Stride1D", "ILGPU.Stride2D", "ILGPU.Stride3D", "ILGPU.Runtime.Cuda.CudaAsm", "ILGPU.Runtime.Cuda.Input`1",
        "ILGPU.Runtime.Cuda.Output`1", "ILGPU.Runtime.Cuda.Ref`1", "ILGPU.Algorithms.XMath", "ILGPU.Algorithms.GroupExtensions",
        "ILGPU.Algorithms.WarpExtensions",
    ];

    private static readonly HashSet<string> _hostFunctions =
    [
        "System.MathF.Sqrt", "System.MathF.Exp", "System.MathF.Log", "System.MathF.Sin", "System.MathF.Cos", "System.MathF.Abs",
        "System.MathF.Min", "System.MathF.Max", "System.Math.Sqrt", "System.Math.Exp", "System.Math.Log", "System.Math.Sin",
        "System.Math.Cos", "System.Math.Abs", "System.Math.Min", "System.Math.Max", "System.Numerics.BitOperations.PopCount",
        "System.Numerics.BitOperations.RotateLeft", "System.Numerics.BitOperations.RotateRight",
        "System.Numerics.BitOperations.LeadingZeroCount", "System.Numerics.BitOperations.TrailingZeroCount",
        "System.Diagnostics.Debug.Assert",
    ];

    /// <summary>Functions that exist on the device but not as they are on the host; only an intrinsic of ours may wrap them.</summary>
    private static readonly Dictionary<string, string> _intrinsicOnly = new()
    {
        ["System.MathF.FusedMultiplyAdd"] = "genuine ILGPU calls an external function that nobody defines",
        ["System.Math.FusedMultiplyAdd"] = "genuine ILGPU calls an external function that nobody defines",
        ["System.MathF.Floor"] = "genuine ILGPU emits about 20 instructions with branches",
        ["System.MathF.CopySign"] = "genuine ILGPU swaps the operands on the GPU",
        ["System.Math.CopySign"] = "genuine ILGPU swaps the operands on the GPU",
    };

    /// <summary>Namespace of our intrinsics; the bodies there are the portable fallbacks.</summary>
    private const string IntrinsicsNamespace = "DreamFusion.Kernels.Device";

    /// <inheritdoc/>
    public string Id => "K18";

    /// <inheritdoc/>
    public string Remedy => $"Use ILGPU's XMath, IntrinsicMath or Interop, or an intrinsic of {IntrinsicsNamespace}";

    /// <inheritdoc/>
    public IEnumerable<Finding> Check(KernelGraph graph)
    {
        foreach (DeviceMethod method in graph.Methods)
        {
            foreach ((Il.Instruction instruction, MethodBase? target) in method.Calls)
            {
                // Class constructors, virtual calls and delegates have rules of their own.
                bool reported = target is null || typeof(Delegate).IsAssignableFrom(target.DeclaringType)
                    || target is ConstructorInfo { DeclaringType.IsValueType: false };
                if (!reported && !graph.IsDeviceCode(target!) && Describe(method, target!) is { } what)
                {
                    yield return new Finding(method, instruction.Offset, what);
                }
            }
        }
    }

    private static string? Describe(DeviceMethod caller, MethodBase target)
    {
        Type type = target.DeclaringType!;
        string definition = (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!;
        string name = $"{definition}.{target.Name}";
        if (target.GetCustomAttributesData().Any(attribute => attribute.AttributeType.Name == "NotInsideKernelAttribute"))
        {
            return $"calls {name}, which is marked [NotInsideKernel]";
        }

        if (_intrinsicOnly.TryGetValue(name, out string? reason))
        {
            return caller.Method.DeclaringType?.Namespace == IntrinsicsNamespace ? null : $"calls {name}: {reason}";
        }

        // Strides and views nest their kinds: Stride1D.Dense, Context.Builder.
        bool allowed = _deviceTypes.Contains(definition.Split('+')[0]) || _hostFunctions.Contains(name) || IsLanguageSupport(target);
        return allowed ? null : $"calls {Display.NameOf(target)}";
    }

    /// <summary>Members of System.Object on a struct that the compiler inserts without effect.</summary>
    private static bool IsLanguageSupport(MethodBase target) => target is ConstructorInfo && target.DeclaringType == typeof(object);
}
