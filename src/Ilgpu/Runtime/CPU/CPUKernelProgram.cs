using System;
using System.Globalization;
using System.Linq;
using System.Reflection;
using ILGPU.Runtime.CPU.Compiled;
using ILGPU.Runtime.IL;

namespace ILGPU.Runtime.CPU;

/// <summary>A kernel that was prepared for the cores of this machine.</summary>
internal sealed class CPUKernelProgram : KernelProgram
{
    private readonly CPUAccelerator _accelerator;
    private readonly KernelEntry _entry;
    private readonly KernelTraits _traits;
    private readonly KernelLoop _compiled;
    private readonly KernelLoop _lane;
    private readonly KernelLoop _loop;
    private readonly CompiledKernel? _cooperative;
    private readonly int _groupSize;

    /// <param name="accelerator">Accelerator.</param>
    /// <param name="entry">Kernel.</param>
    /// <param name="compilesAlways">Runs kernels without meetings as cooperative ones too: for tests.</param>
    public CPUKernelProgram(CPUAccelerator accelerator, KernelEntry entry, bool compilesAlways = false)
    {
        _accelerator = accelerator;
        _entry = entry;
        RequireBlittable(entry);
        _traits = KernelTraits.Of(entry.Method);
        if (compilesAlways)
        {
            _traits = _traits with { Cooperates = true };
        }

        MethodInfo method = accelerator.Context.Properties.EnableAssertions ? CheckedMethods.Of(entry.Method) : entry.Method;
        _compiled = LoopCompiler.Compile(entry, method, _traits);
        _lane = _traits.UsesLocalMemory ? RunWithLocalMemory : _compiled;
        if (_traits.Cooperates)
        {
            _cooperative = CompiledKernel.TryCompile(entry, accelerator, _traits.UsesWarps, out string? reason);
            accelerator.Add(_cooperative, new CooperativeKernelInfo(entry.Name, reason));
        }

        _loop = _traits switch
        {
            { Cooperates: true } when _cooperative is not null => _cooperative.RunGroups,
            { Cooperates: true } => RunGroups,
            { UsesIndices: true } => RunWithIndices,
            _ => _lane,
        };
        _groupSize = entry.Grouping == KernelGrouping.Implicit ? entry.GroupSize : accelerator.WarpSize;
        RequireGroupFits(new Index3D(_groupSize, 1, 1));
        bool grouped = entry.Grouping != KernelGrouping.Explicit;
        Info = new KernelInfo(entry.Name, grouped ? _groupSize : null, grouped ? accelerator.NumMultiprocessors : null);
    }

    /// <inheritdoc/>
    public override KernelInfo Info { get; }

    /// <inheritdoc/>
    public override void Run(AcceleratorStream stream, KernelArguments arguments, Index3D extent)
    {
        RequireNotNegative(extent, "extent");
        LaunchShape shape = LaunchShape.Indexed(extent, _groupSize);
        Run(arguments, shape);
    }

    /// <inheritdoc/>
    public override void Run(AcceleratorStream stream, KernelArguments arguments, in KernelConfig config)
    {
        RequireNotNegative(config.GridDim, "grid");
        RequireNotNegative(config.GroupDim, "group");
        RequireGroupFits(config.GroupDim);
        int available = _accelerator.MaxSharedMemoryPerGroup;
        if (config.SharedMemoryConfig.ArraySize > available)
        {
            throw new ArgumentOutOfRangeException(
                nameof(config), $"Kernel '{_entry.Name}': {config.SharedMemoryConfig.ArraySize} bytes of dynamic shared memory asked for, the device has {available} per group.");
        }

        LaunchShape shape = LaunchShape.Grid(config);
        Run(arguments, shape);
    }

    private void Run(KernelArguments arguments, in LaunchShape shape)
    {
        if (shape.Count == 0)
        {
            return;
        }

        long count = _traits.Cooperates ? (shape.Count + shape.GroupDimension.Size - 1) / shape.GroupDimension.Size : shape.Count;
        if (_accelerator.Workers.Run(_loop, arguments, shape, count) is { } failure)
        {
            throw Describe(failure, shape);
        }
    }

    private void RunGroups(KernelArguments arguments, in LaunchShape shape, long begin, long end, ref long current)
        => _accelerator.Cooperative.RunGroups(_lane, arguments, shape, begin, end, ref current);

    private void RunWithIndices(KernelArguments arguments, in LaunchShape shape, long begin, long end, ref long current)
    {
        KernelThread.Enter(shape, _accelerator.WarpSize, null);
        try
        {
            _lane(arguments, shape, begin, end, ref current);
        }
        finally
        {
            KernelThread.Exit();
        }
    }

    // The loop frees local memory after every index; an exception leaves it to this method.
    private void RunWithLocalMemory(KernelArguments arguments, in LaunchShape shape, long begin, long end, ref long current)
    {
        LocalArena arena = LocalArena.Current;
        IntPtr position = arena.Position;
        try
        {
            _compiled(arguments, shape, begin, end, ref current);
        }
        finally
        {
            arena.Reset(position);
        }
    }

    // bool and char have no fixed size on devices. A specialised value is a constant and may be a bool.
    private static void RequireBlittable(KernelEntry entry)
    {
        foreach (ParameterInfo parameter in entry.Method.GetParameters())
        {
            if (FindUnblittable(parameter.ParameterType) is { } type)
            {
                throw new ArgumentException(
                    $"Kernel '{entry.Name}': parameter '{parameter.Name}' holds a {type.Name}, which is not blittable; use byte, ushort or int.");
            }
        }
    }

    private static Type? FindUnblittable(Type type)
    {
        if (type == typeof(bool) || type == typeof(char))
        {
            return type;
        }

        if (type.IsPrimitive || type.IsEnum || type.IsPointer || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(SpecializedValue<>)))
        {
            return null;
        }

        return type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(field => FindUnblittable(field.FieldType))
            .FirstOrDefault(found => found is not null);
    }

    private void RequireNotNegative(in Index3D value, string what)
    {
        if (value.X < 0 || value.Y < 0 || value.Z < 0)
        {
            throw new ArgumentOutOfRangeException(what, $"Kernel '{_entry.Name}': the {what} {value} has a negative component, expected 0 or more.");
        }
    }

    private void RequireGroupFits(in Index3D group)
    {
        if (group.LongSize > _accelerator.MaxNumThreadsPerGroup)
        {
            throw new ArgumentOutOfRangeException(
                nameof(group),
                $"Kernel '{_entry.Name}': a group of {group.LongSize} threads was asked for, the device '{_accelerator.Name}' has at most {_accelerator.MaxNumThreadsPerGroup}; use smaller groups.");
        }
    }

    private KernelException Describe(KernelFailure failure, in LaunchShape shape)
    {
        string place;
        if (_entry.Grouping == KernelGrouping.Explicit)
        {
            int size = shape.GroupDimension.Size;
            place = $"in group {Position(failure.Index / size, shape.GridDimension)} at thread {Position(failure.Index % size, shape.GroupDimension)}";
        }
        else if (shape.Extent.Y == 1 && shape.Extent.Z == 1)
        {
            place = string.Create(CultureInfo.InvariantCulture, $"at index {failure.Index} of {shape.Count}");
        }
        else
        {
            place = $"at index {Position(failure.Index, shape.Extent)} of {shape.Extent}";
        }

        return new KernelException($"Kernel '{_entry.Name}' failed {place}: {failure.Exception.Message}", failure.Exception);
    }

    private static Index3D Position(long linear, in Index3D dimension)
        => new((int)(linear % dimension.X), (int)(linear / dimension.X % dimension.Y), (int)(linear / dimension.X / dimension.Y));
}
