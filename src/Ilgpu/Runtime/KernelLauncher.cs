using System;
using System.Threading;

namespace ILGPU.Runtime;

// One class per number of arguments: C# has no variadic generics.
// A launcher keeps one argument object for the next launch, so a launch allocates nothing; a launch that overlaps another one makes a second.

/// <summary>Starts a loaded kernel.</summary>
internal abstract class KernelLauncher(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize, KernelSpecialization specialization, Type argumentsType)
{
    /// <summary>What is known about the kernel.</summary>
    public KernelInfo Info => Program.Info;

    protected AcceleratorStream DefaultStream { get; } = accelerator.DefaultStream;

    protected KernelProgram Program { get; } = accelerator.LoadProgram(new KernelEntry(
        kernel.Method, kernel.Target, grouping, groupSize, specialization, argumentsType));

    protected object? Target { get; } = kernel.Target;
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1>))
    where T1 : struct
{
    private KernelArguments<T1>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1> arguments = Rent(arg1);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1) => LaunchGrid(DefaultStream, config, arg1);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1)
    {
        KernelArguments<T1> arguments = Rent(arg1);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1> Rent(T1 arg1)
    {
        KernelArguments<T1> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1> { Target = Target };
        arguments.Arg1 = arg1;
        return arguments;
    }
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1, T2>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1, T2>))
    where T1 : struct
    where T2 : struct
{
    private KernelArguments<T1, T2>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1, T2 arg2)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1, arg2);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1, T2> arguments = Rent(arg1, arg2);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1, T2 arg2) => LaunchGrid(DefaultStream, config, arg1, arg2);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2)
    {
        KernelArguments<T1, T2> arguments = Rent(arg1, arg2);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1, T2> Rent(T1 arg1, T2 arg2)
    {
        KernelArguments<T1, T2> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1, T2> { Target = Target };
        arguments.Arg1 = arg1;
        arguments.Arg2 = arg2;
        return arguments;
    }
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1, T2, T3>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1, T2, T3>))
    where T1 : struct
    where T2 : struct
    where T3 : struct
{
    private KernelArguments<T1, T2, T3>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1, arg2, arg3);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1, T2, T3> arguments = Rent(arg1, arg2, arg3);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1, T2 arg2, T3 arg3) => LaunchGrid(DefaultStream, config, arg1, arg2, arg3);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3)
    {
        KernelArguments<T1, T2, T3> arguments = Rent(arg1, arg2, arg3);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1, T2, T3> Rent(T1 arg1, T2 arg2, T3 arg3)
    {
        KernelArguments<T1, T2, T3> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1, T2, T3> { Target = Target };
        arguments.Arg1 = arg1;
        arguments.Arg2 = arg2;
        arguments.Arg3 = arg3;
        return arguments;
    }
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1, T2, T3, T4>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1, T2, T3, T4>))
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
{
    private KernelArguments<T1, T2, T3, T4>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1, arg2, arg3, arg4);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1, T2, T3, T4> arguments = Rent(arg1, arg2, arg3, arg4);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4) => LaunchGrid(DefaultStream, config, arg1, arg2, arg3, arg4);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        KernelArguments<T1, T2, T3, T4> arguments = Rent(arg1, arg2, arg3, arg4);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1, T2, T3, T4> Rent(T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        KernelArguments<T1, T2, T3, T4> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1, T2, T3, T4> { Target = Target };
        arguments.Arg1 = arg1;
        arguments.Arg2 = arg2;
        arguments.Arg3 = arg3;
        arguments.Arg4 = arg4;
        return arguments;
    }
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1, T2, T3, T4, T5>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1, T2, T3, T4, T5>))
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
{
    private KernelArguments<T1, T2, T3, T4, T5>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1, arg2, arg3, arg4, arg5);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1, T2, T3, T4, T5> arguments = Rent(arg1, arg2, arg3, arg4, arg5);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5) => LaunchGrid(DefaultStream, config, arg1, arg2, arg3, arg4, arg5);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
    {
        KernelArguments<T1, T2, T3, T4, T5> arguments = Rent(arg1, arg2, arg3, arg4, arg5);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1, T2, T3, T4, T5> Rent(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
    {
        KernelArguments<T1, T2, T3, T4, T5> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1, T2, T3, T4, T5> { Target = Target };
        arguments.Arg1 = arg1;
        arguments.Arg2 = arg2;
        arguments.Arg3 = arg3;
        arguments.Arg4 = arg4;
        arguments.Arg5 = arg5;
        return arguments;
    }
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1, T2, T3, T4, T5, T6>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1, T2, T3, T4, T5, T6>))
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
{
    private KernelArguments<T1, T2, T3, T4, T5, T6>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1, T2, T3, T4, T5, T6> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6) => LaunchGrid(DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1, T2, T3, T4, T5, T6> Rent(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1, T2, T3, T4, T5, T6> { Target = Target };
        arguments.Arg1 = arg1;
        arguments.Arg2 = arg2;
        arguments.Arg3 = arg3;
        arguments.Arg4 = arg4;
        arguments.Arg5 = arg5;
        arguments.Arg6 = arg6;
        return arguments;
    }
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1, T2, T3, T4, T5, T6, T7>))
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
{
    private KernelArguments<T1, T2, T3, T4, T5, T6, T7>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7) => LaunchGrid(DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1, T2, T3, T4, T5, T6, T7> Rent(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1, T2, T3, T4, T5, T6, T7> { Target = Target };
        arguments.Arg1 = arg1;
        arguments.Arg2 = arg2;
        arguments.Arg3 = arg3;
        arguments.Arg4 = arg4;
        arguments.Arg5 = arg5;
        arguments.Arg6 = arg6;
        arguments.Arg7 = arg7;
        return arguments;
    }
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8>))
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
    where T8 : struct
{
    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8) => LaunchGrid(DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8> Rent(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8> { Target = Target };
        arguments.Arg1 = arg1;
        arguments.Arg2 = arg2;
        arguments.Arg3 = arg3;
        arguments.Arg4 = arg4;
        arguments.Arg5 = arg5;
        arguments.Arg6 = arg6;
        arguments.Arg7 = arg7;
        arguments.Arg8 = arg8;
        return arguments;
    }
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9>))
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
    where T8 : struct
    where T9 : struct
{
    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9) => LaunchGrid(DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9> Rent(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9> { Target = Target };
        arguments.Arg1 = arg1;
        arguments.Arg2 = arg2;
        arguments.Arg3 = arg3;
        arguments.Arg4 = arg4;
        arguments.Arg5 = arg5;
        arguments.Arg6 = arg6;
        arguments.Arg7 = arg7;
        arguments.Arg8 = arg8;
        arguments.Arg9 = arg9;
        return arguments;
    }
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>))
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
    where T8 : struct
    where T9 : struct
    where T10 : struct
{
    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10) => LaunchGrid(DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> Rent(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> { Target = Target };
        arguments.Arg1 = arg1;
        arguments.Arg2 = arg2;
        arguments.Arg3 = arg3;
        arguments.Arg4 = arg4;
        arguments.Arg5 = arg5;
        arguments.Arg6 = arg6;
        arguments.Arg7 = arg7;
        arguments.Arg8 = arg8;
        arguments.Arg9 = arg9;
        arguments.Arg10 = arg10;
        return arguments;
    }
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>))
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
    where T8 : struct
    where T9 : struct
    where T10 : struct
    where T11 : struct
{
    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11) => LaunchGrid(DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> Rent(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> { Target = Target };
        arguments.Arg1 = arg1;
        arguments.Arg2 = arg2;
        arguments.Arg3 = arg3;
        arguments.Arg4 = arg4;
        arguments.Arg5 = arg5;
        arguments.Arg6 = arg6;
        arguments.Arg7 = arg7;
        arguments.Arg8 = arg8;
        arguments.Arg9 = arg9;
        arguments.Arg10 = arg10;
        arguments.Arg11 = arg11;
        return arguments;
    }
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>))
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
    where T8 : struct
    where T9 : struct
    where T10 : struct
    where T11 : struct
    where T12 : struct
{
    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12) => LaunchGrid(DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> Rent(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> { Target = Target };
        arguments.Arg1 = arg1;
        arguments.Arg2 = arg2;
        arguments.Arg3 = arg3;
        arguments.Arg4 = arg4;
        arguments.Arg5 = arg5;
        arguments.Arg6 = arg6;
        arguments.Arg7 = arg7;
        arguments.Arg8 = arg8;
        arguments.Arg9 = arg9;
        arguments.Arg10 = arg10;
        arguments.Arg11 = arg11;
        arguments.Arg12 = arg12;
        return arguments;
    }
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>))
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
    where T8 : struct
    where T9 : struct
    where T10 : struct
    where T11 : struct
    where T12 : struct
    where T13 : struct
{
    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13) => LaunchGrid(DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> Rent(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> { Target = Target };
        arguments.Arg1 = arg1;
        arguments.Arg2 = arg2;
        arguments.Arg3 = arg3;
        arguments.Arg4 = arg4;
        arguments.Arg5 = arg5;
        arguments.Arg6 = arg6;
        arguments.Arg7 = arg7;
        arguments.Arg8 = arg8;
        arguments.Arg9 = arg9;
        arguments.Arg10 = arg10;
        arguments.Arg11 = arg11;
        arguments.Arg12 = arg12;
        arguments.Arg13 = arg13;
        return arguments;
    }
}

/// <inheritdoc/>
internal sealed class KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(Accelerator accelerator, Delegate kernel, KernelGrouping grouping, int groupSize = 0, KernelSpecialization specialization = default)
    : KernelLauncher(accelerator, kernel, grouping, groupSize, specialization, typeof(KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>))
    where T1 : struct
    where T2 : struct
    where T3 : struct
    where T4 : struct
    where T5 : struct
    where T6 : struct
    where T7 : struct
    where T8 : struct
    where T9 : struct
    where T10 : struct
    where T11 : struct
    where T12 : struct
    where T13 : struct
    where T14 : struct
{
    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>? _free;

    public void Launch<TIndex>(TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13, T14 arg14)
        where TIndex : struct, IIndex
        => Launch(DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13, arg14);

    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13, T14 arg14)
        where TIndex : struct, IIndex
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13, arg14);
        Program.Run(stream, arguments, IndexShape.ToExtent(extent));
        _free = arguments;
    }

    public void LaunchGrid(KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13, T14 arg14) => LaunchGrid(DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13, arg14);

    public void LaunchGrid(AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13, T14 arg14)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> arguments = Rent(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13, arg14);
        Program.Run(stream, arguments, config);
        _free = arguments;
    }

    private KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> Rent(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13, T14 arg14)
    {
        KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> arguments = Interlocked.Exchange(ref _free, null) ?? new KernelArguments<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> { Target = Target };
        arguments.Arg1 = arg1;
        arguments.Arg2 = arg2;
        arguments.Arg3 = arg3;
        arguments.Arg4 = arg4;
        arguments.Arg5 = arg5;
        arguments.Arg6 = arg6;
        arguments.Arg7 = arg7;
        arguments.Arg8 = arg8;
        arguments.Arg9 = arg9;
        arguments.Arg10 = arg10;
        arguments.Arg11 = arg11;
        arguments.Arg12 = arg12;
        arguments.Arg13 = arg13;
        arguments.Arg14 = arg14;
        return arguments;
    }
}
