using System;

namespace ILGPU.Runtime;

// Implicitly grouped kernels.
public static partial class KernelLoaders
{
    /// <summary>Loads a kernel that runs once per index of the extent, in the default stream, in groups of a given size.</summary>
    /// <typeparam name="TIndex">The index type.</typeparam>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <param name="customGroupSize">The number of threads of a group.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<TIndex, T1> LoadImplicitlyGroupedStreamKernel<TIndex, T1>(this Accelerator accelerator, Action<TIndex, T1> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        => new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <summary>Loads a kernel that runs once per index of the extent, in the default stream, in groups of a given size.</summary>
    /// <typeparam name="TIndex">The index type.</typeparam>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <param name="customGroupSize">The number of threads of a group.</param>
    /// <param name="info">What is known about the kernel.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<TIndex, T1> LoadImplicitlyGroupedStreamKernel<TIndex, T1>(this Accelerator accelerator, Action<TIndex, T1> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
    {
        var launcher = new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <summary>Loads a kernel that runs once per index of the extent, in the stream given at launch, in groups of a given size.</summary>
    /// <typeparam name="TIndex">The index type.</typeparam>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <param name="customGroupSize">The number of threads of a group.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<AcceleratorStream, TIndex, T1> LoadImplicitlyGroupedKernel<TIndex, T1>(this Accelerator accelerator, Action<TIndex, T1> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        => new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <summary>Loads a kernel that runs once per index of the extent, in the stream given at launch, in groups of a given size.</summary>
    /// <typeparam name="TIndex">The index type.</typeparam>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <param name="customGroupSize">The number of threads of a group.</param>
    /// <param name="info">What is known about the kernel.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<AcceleratorStream, TIndex, T1> LoadImplicitlyGroupedKernel<TIndex, T1>(this Accelerator accelerator, Action<TIndex, T1> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
    {
        var launcher = new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<TIndex, T1, T2> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2>(this Accelerator accelerator, Action<TIndex, T1, T2> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        => new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<TIndex, T1, T2> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2>(this Accelerator accelerator, Action<TIndex, T1, T2> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
    {
        var launcher = new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2> LoadImplicitlyGroupedKernel<TIndex, T1, T2>(this Accelerator accelerator, Action<TIndex, T1, T2> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        => new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2> LoadImplicitlyGroupedKernel<TIndex, T1, T2>(this Accelerator accelerator, Action<TIndex, T1, T2> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
    {
        var launcher = new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<TIndex, T1, T2, T3> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3>(this Accelerator accelerator, Action<TIndex, T1, T2, T3> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        => new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3>(this Accelerator accelerator, Action<TIndex, T1, T2, T3> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3>(this Accelerator accelerator, Action<TIndex, T1, T2, T3> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        => new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3>(this Accelerator accelerator, Action<TIndex, T1, T2, T3> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<TIndex, T1, T2, T3, T4> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        => new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        => new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7> kernel, int customGroupSize, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> kernel, int customGroupSize)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, int customGroupSize)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, int customGroupSize)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, int customGroupSize)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, int customGroupSize)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, int customGroupSize)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, int customGroupSize)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, int customGroupSize)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, int customGroupSize)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, int customGroupSize)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, int customGroupSize)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, int customGroupSize)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadImplicitlyGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, int customGroupSize)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize).Launch;

    /// <inheritdoc cref="LoadImplicitlyGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, int, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadImplicitlyGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, int customGroupSize, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Implicit, customGroupSize);
        info = launcher.Info;
        return launcher.Launch;
    }
}
