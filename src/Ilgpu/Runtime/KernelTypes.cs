using System;
using System.Reflection;

namespace ILGPU.Runtime;

/// <summary>Limits under which a kernel is compiled.</summary>
/// <param name="maxNumThreadsPerGroup">The largest group that it will be launched with, or null.</param>
/// <param name="minNumGroupsPerMultiprocessor">The number of groups that must fit a multiprocessor, or null.</param>
public readonly struct KernelSpecialization(int? maxNumThreadsPerGroup, int? minNumGroupsPerMultiprocessor) : IEquatable<KernelSpecialization>
{
    /// <summary>No limits.</summary>
    public static readonly KernelSpecialization Empty;

    /// <summary>The largest group that the kernel will be launched with, or null.</summary>
    public int? MaxNumThreadsPerGroup { get; } = maxNumThreadsPerGroup;

    /// <summary>The number of groups that must fit a multiprocessor, or null.</summary>
    public int? MinNumGroupsPerMultiprocessor { get; } = minNumGroupsPerMultiprocessor;

    /// <summary>True if both limits agree.</summary>
    public static bool operator ==(KernelSpecialization left, KernelSpecialization right) => left.Equals(right);

    /// <summary>True if a limit differs.</summary>
    public static bool operator !=(KernelSpecialization left, KernelSpecialization right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(KernelSpecialization other)
        => MaxNumThreadsPerGroup == other.MaxNumThreadsPerGroup && MinNumGroupsPerMultiprocessor == other.MinNumGroupsPerMultiprocessor;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is KernelSpecialization other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(MaxNumThreadsPerGroup, MinNumGroupsPerMultiprocessor);
}

/// <summary>What is known about a loaded kernel.</summary>
public sealed class KernelInfo
{
    internal KernelInfo(string name, int? minGroupSize, int? minGridSize)
    {
        Name = name;
        MinGroupSize = minGroupSize;
        MinGridSize = minGridSize;
    }

    /// <summary>The declaring type and the name of the kernel method.</summary>
    public string Name { get; }

    /// <summary>The group size of an automatically grouped kernel; null if the launch decides.</summary>
    public int? MinGroupSize { get; }

    /// <summary>The number of groups that fills the device; null if the launch decides.</summary>
    public int? MinGridSize { get; }
}

/// <summary>How the indices of a launch reach the kernel.</summary>
internal enum KernelGrouping
{
    /// <summary>The accelerator forms the groups; the kernel's first parameter is its index.</summary>
    Automatic,

    /// <summary>The loader gave the group size; the kernel's first parameter is its index.</summary>
    Implicit,

    /// <summary>Every launch gives grid and group; the kernel asks Grid and Group for its index.</summary>
    Explicit,
}

/// <summary>A kernel method and how it is to be launched.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">The object it is called on: the holder of a lambda, else null.</param>
/// <param name="Grouping">How indices reach it.</param>
/// <param name="GroupSize">The group size if <see cref="KernelGrouping.Implicit"/>.</param>
/// <param name="Specialization">Limits.</param>
/// <param name="ArgumentsType">The <see cref="KernelArguments"/> type that carries its arguments.</param>
internal sealed record KernelEntry(
    MethodInfo Method, object? Target, KernelGrouping Grouping, int GroupSize, KernelSpecialization Specialization, Type ArgumentsType)
{
    /// <summary>The name in messages.</summary>
    public string Name => Method.DeclaringType is null ? Method.Name : Method.DeclaringType.Name + "." + Method.Name;
}

/// <summary>The arguments of one launch; a subclass per number of arguments has the fields Arg1, Arg2, ...</summary>
internal abstract class KernelArguments
{
    /// <summary>The object the kernel is called on, or null.</summary>
    public object? Target;
}

/// <summary>A kernel that was prepared for an accelerator.</summary>
internal abstract class KernelProgram
{
    /// <summary>What is known about the kernel.</summary>
    public abstract KernelInfo Info { get; }

    /// <summary>Runs an automatically or implicitly grouped kernel for every index of <paramref name="extent"/>.</summary>
    public abstract void Run(AcceleratorStream stream, KernelArguments arguments, Index3D extent);

    /// <summary>Runs an explicitly grouped kernel.</summary>
    public abstract void Run(AcceleratorStream stream, KernelArguments arguments, in KernelConfig config);
}
