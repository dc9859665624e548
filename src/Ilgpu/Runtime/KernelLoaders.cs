using System;

namespace ILGPU.Runtime;

/// <summary>Loads kernels. Load once and keep the delegate: loading compiles, launching does not allocate.</summary>
public static partial class KernelLoaders
{
    /// <summary>Loads a kernel that runs once per index of the extent, in the default stream, in groups that the accelerator chooses.</summary>
    /// <typeparam name="TIndex">The index type.</typeparam>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<TIndex, T1> LoadAutoGroupedStreamKernel<TIndex, T1>(this Accelerator accelerator, Action<TIndex, T1> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        => new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <summary>Loads a kernel that runs once per index of the extent, in the default stream, in groups that the accelerator chooses.</summary>
    /// <typeparam name="TIndex">The index type.</typeparam>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <param name="info">What is known about the kernel.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<TIndex, T1> LoadAutoGroupedStreamKernel<TIndex, T1>(this Accelerator accelerator, Action<TIndex, T1> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
    {
        var launcher = new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <summary>Loads a kernel that runs once per index of the extent, in the stream given at launch, in groups that the accelerator chooses.</summary>
    /// <typeparam name="TIndex">The index type.</typeparam>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<AcceleratorStream, TIndex, T1> LoadAutoGroupedKernel<TIndex, T1>(this Accelerator accelerator, Action<TIndex, T1> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        => new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <summary>Loads a kernel that runs once per index of the extent, in the stream given at launch, in groups that the accelerator chooses.</summary>
    /// <typeparam name="TIndex">The index type.</typeparam>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <param name="info">What is known about the kernel.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<AcceleratorStream, TIndex, T1> LoadAutoGroupedKernel<TIndex, T1>(this Accelerator accelerator, Action<TIndex, T1> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
    {
        var launcher = new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<TIndex, T1, T2> LoadAutoGroupedStreamKernel<TIndex, T1, T2>(this Accelerator accelerator, Action<TIndex, T1, T2> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        => new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<TIndex, T1, T2> LoadAutoGroupedStreamKernel<TIndex, T1, T2>(this Accelerator accelerator, Action<TIndex, T1, T2> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
    {
        var launcher = new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<AcceleratorStream, TIndex, T1, T2> LoadAutoGroupedKernel<TIndex, T1, T2>(this Accelerator accelerator, Action<TIndex, T1, T2> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        => new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2> LoadAutoGroupedKernel<TIndex, T1, T2>(this Accelerator accelerator, Action<TIndex, T1, T2> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
    {
        var launcher = new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<TIndex, T1, T2, T3> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3>(this Accelerator accelerator, Action<TIndex, T1, T2, T3> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        => new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3>(this Accelerator accelerator, Action<TIndex, T1, T2, T3> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3> LoadAutoGroupedKernel<TIndex, T1, T2, T3>(this Accelerator accelerator, Action<TIndex, T1, T2, T3> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        => new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3> LoadAutoGroupedKernel<TIndex, T1, T2, T3>(this Accelerator accelerator, Action<TIndex, T1, T2, T3> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<TIndex, T1, T2, T3, T4> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        => new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        => new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7> kernel, out KernelInfo info)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> kernel)
        where TIndex : struct, IIndex
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedStreamKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1})"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Automatic).Launch;

    /// <inheritdoc cref="LoadAutoGroupedKernel{TIndex, T1}(Accelerator, Action{TIndex, T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Automatic);
        info = launcher.Info;
        return launcher.Launch;
    }
}
