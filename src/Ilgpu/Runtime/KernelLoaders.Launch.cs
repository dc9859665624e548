using System;

namespace ILGPU.Runtime;

// Launches without an explicit load.
public static partial class KernelLoaders
{
    /// <summary>Launches a kernel in the default stream, once per index of the extent; it is loaded at the first call and kept.</summary>
    public static void LaunchAutoGrouped<TIndex, T1>(this Accelerator accelerator, Action<TIndex, T1> kernel, TIndex extent, T1 arg1)
        where TIndex : struct, IIndex
        where T1 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1);
    }

    /// <summary>Launches a kernel in a stream, once per index of the extent; it is loaded at the first call and kept.</summary>
    public static void LaunchAutoGrouped<TIndex, T1>(this Accelerator accelerator, Action<TIndex, T1> kernel, AcceleratorStream stream, TIndex extent, T1 arg1)
        where TIndex : struct, IIndex
        where T1 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1>(a, k, g)).Launch(stream, extent, arg1);
    }

    /// <summary>Launches a kernel in the default stream, once per thread of a grid of groups; it is loaded at the first call and kept.</summary>
    public static void Launch<T1>(this Accelerator accelerator, Action<T1> kernel, KernelConfig config, T1 arg1)
        where T1 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1);
    }

    /// <summary>Launches a kernel in a stream, once per thread of a grid of groups; it is loaded at the first call and kept.</summary>
    public static void Launch<T1>(this Accelerator accelerator, Action<T1> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1)
        where T1 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1>(a, k, g)).LaunchGrid(stream, config, arg1);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2>(this Accelerator accelerator, Action<TIndex, T1, T2> kernel, TIndex extent, T1 arg1, T2 arg2)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1, arg2);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, AcceleratorStream, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2>(this Accelerator accelerator, Action<TIndex, T1, T2> kernel, AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2>(a, k, g)).Launch(stream, extent, arg1, arg2);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2>(this Accelerator accelerator, Action<T1, T2> kernel, KernelConfig config, T1 arg1, T2 arg2)
        where T1 : struct
        where T2 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1, arg2);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, AcceleratorStream, KernelConfig, T1)"/>
    public static void Launch<T1, T2>(this Accelerator accelerator, Action<T1, T2> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2)
        where T1 : struct
        where T2 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2>(a, k, g)).LaunchGrid(stream, config, arg1, arg2);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3>(this Accelerator accelerator, Action<TIndex, T1, T2, T3> kernel, TIndex extent, T1 arg1, T2 arg2, T3 arg3)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1, arg2, arg3);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, AcceleratorStream, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3>(this Accelerator accelerator, Action<TIndex, T1, T2, T3> kernel, AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3>(a, k, g)).Launch(stream, extent, arg1, arg2, arg3);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3>(this Accelerator accelerator, Action<T1, T2, T3> kernel, KernelConfig config, T1 arg1, T2 arg2, T3 arg3)
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1, arg2, arg3);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, AcceleratorStream, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3>(this Accelerator accelerator, Action<T1, T2, T3> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3)
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3>(a, k, g)).LaunchGrid(stream, config, arg1, arg2, arg3);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> kernel, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1, arg2, arg3, arg4);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, AcceleratorStream, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> kernel, AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4>(a, k, g)).Launch(stream, extent, arg1, arg2, arg3, arg4);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4>(this Accelerator accelerator, Action<T1, T2, T3, T4> kernel, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1, arg2, arg3, arg4);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, AcceleratorStream, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4>(this Accelerator accelerator, Action<T1, T2, T3, T4> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4>(a, k, g)).LaunchGrid(stream, config, arg1, arg2, arg3, arg4);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> kernel, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1, arg2, arg3, arg4, arg5);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, AcceleratorStream, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> kernel, AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5>(a, k, g)).Launch(stream, extent, arg1, arg2, arg3, arg4, arg5);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5> kernel, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1, arg2, arg3, arg4, arg5);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, AcceleratorStream, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5>(a, k, g)).LaunchGrid(stream, config, arg1, arg2, arg3, arg4, arg5);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> kernel, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, AcceleratorStream, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> kernel, AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6>(a, k, g)).Launch(stream, extent, arg1, arg2, arg3, arg4, arg5, arg6);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> kernel, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, AcceleratorStream, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6>(a, k, g)).LaunchGrid(stream, config, arg1, arg2, arg3, arg4, arg5, arg6);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7> kernel, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, AcceleratorStream, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7> kernel, AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(a, k, g)).Launch(stream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> kernel, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, AcceleratorStream, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(a, k, g)).LaunchGrid(stream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> kernel, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, AcceleratorStream, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> kernel, AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(a, k, g)).Launch(stream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, AcceleratorStream, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(a, k, g)).LaunchGrid(stream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9)
        where TIndex : struct, IIndex
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, AcceleratorStream, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9)
        where TIndex : struct, IIndex
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(a, k, g)).Launch(stream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9)
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, AcceleratorStream, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9)
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(a, k, g)).LaunchGrid(stream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10)
        where TIndex : struct, IIndex
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, AcceleratorStream, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10)
        where TIndex : struct, IIndex
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(a, k, g)).Launch(stream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10)
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, AcceleratorStream, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10)
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(a, k, g)).LaunchGrid(stream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11)
        where TIndex : struct, IIndex
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, AcceleratorStream, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11)
        where TIndex : struct, IIndex
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(a, k, g)).Launch(stream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11)
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, AcceleratorStream, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11)
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(a, k, g)).LaunchGrid(stream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12)
        where TIndex : struct, IIndex
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, AcceleratorStream, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12)
        where TIndex : struct, IIndex
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(a, k, g)).Launch(stream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12)
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, AcceleratorStream, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12)
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(a, k, g)).LaunchGrid(stream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13)
        where TIndex : struct, IIndex
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, AcceleratorStream, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13)
        where TIndex : struct, IIndex
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(a, k, g)).Launch(stream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13)
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, AcceleratorStream, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13)
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(a, k, g)).LaunchGrid(stream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13, T14 arg14)
        where TIndex : struct, IIndex
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(a, k, g)).Launch(accelerator.DefaultStream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13, arg14);
    }

    /// <inheritdoc cref="LaunchAutoGrouped{TIndex, T1}(Accelerator, Action{TIndex, T1}, AcceleratorStream, TIndex, T1)"/>
    public static void LaunchAutoGrouped<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, AcceleratorStream stream, TIndex extent, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13, T14 arg14)
        where TIndex : struct, IIndex
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Automatic, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(a, k, g)).Launch(stream, extent, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13, arg14);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13, T14 arg14)
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(a, k, g)).LaunchGrid(accelerator.DefaultStream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13, arg14);
    }

    /// <inheritdoc cref="Launch{T1}(Accelerator, Action{T1}, AcceleratorStream, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, AcceleratorStream stream, KernelConfig config, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9, T10 arg10, T11 arg11, T12 arg12, T13 arg13, T14 arg14)
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
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Launcher(kernel, KernelGrouping.Explicit, static (a, k, g) => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(a, k, g)).LaunchGrid(stream, config, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11, arg12, arg13, arg14);
    }
}
