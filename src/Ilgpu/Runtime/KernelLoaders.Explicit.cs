using System;

namespace ILGPU.Runtime;

// Explicitly grouped kernels.
public static partial class KernelLoaders
{
    /// <summary>Loads a kernel that runs once per thread of a grid of groups, in the default stream. It asks Grid and Group for its index.</summary>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<KernelConfig, T1> LoadStreamKernel<T1>(this Accelerator accelerator, Action<T1> kernel)
        where T1 : struct
        => new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <summary>Loads a kernel that runs once per thread of a grid of groups, in the default stream. It asks Grid and Group for its index.</summary>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <param name="info">What is known about the kernel.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<KernelConfig, T1> LoadStreamKernel<T1>(this Accelerator accelerator, Action<T1> kernel, out KernelInfo info)
        where T1 : struct
    {
        var launcher = new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <summary>Loads a kernel that runs once per thread of a grid of groups, in the default stream. It asks Grid and Group for its index.</summary>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <param name="specialization">Limits under which the kernel is compiled.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<KernelConfig, T1> LoadStreamKernel<T1>(this Accelerator accelerator, Action<T1> kernel, KernelSpecialization specialization)
        where T1 : struct
        => new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <summary>Loads a kernel that runs once per thread of a grid of groups, in the default stream. It asks Grid and Group for its index.</summary>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <param name="specialization">Limits under which the kernel is compiled.</param>
    /// <param name="info">What is known about the kernel.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<KernelConfig, T1> LoadStreamKernel<T1>(this Accelerator accelerator, Action<T1> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
    {
        var launcher = new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <summary>Loads a kernel that runs once per thread of a grid of groups, in the stream given at launch. It asks Grid and Group for its index.</summary>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(this Accelerator accelerator, Action<T1> kernel)
        where T1 : struct
        => new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <summary>Loads a kernel that runs once per thread of a grid of groups, in the stream given at launch. It asks Grid and Group for its index.</summary>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <param name="info">What is known about the kernel.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(this Accelerator accelerator, Action<T1> kernel, out KernelInfo info)
        where T1 : struct
    {
        var launcher = new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <summary>Loads a kernel that runs once per thread of a grid of groups, in the stream given at launch. It asks Grid and Group for its index.</summary>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <param name="specialization">Limits under which the kernel is compiled.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(this Accelerator accelerator, Action<T1> kernel, KernelSpecialization specialization)
        where T1 : struct
        => new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <summary>Loads a kernel that runs once per thread of a grid of groups, in the stream given at launch. It asks Grid and Group for its index.</summary>
    /// <typeparam name="T1">The type of the first argument; the overloads take up to 14.</typeparam>
    /// <param name="accelerator">The accelerator that will run the kernel.</param>
    /// <param name="kernel">A static method or a lambda that captures nothing.</param>
    /// <param name="specialization">Limits under which the kernel is compiled.</param>
    /// <param name="info">What is known about the kernel.</param>
    /// <exception cref="NotSupportedException">The method cannot be a kernel.</exception>
    public static Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(this Accelerator accelerator, Action<T1> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
    {
        var launcher = new KernelLauncher<T1>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<KernelConfig, T1, T2> LoadStreamKernel<T1, T2>(this Accelerator accelerator, Action<T1, T2> kernel)
        where T1 : struct
        where T2 : struct
        => new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2> LoadStreamKernel<T1, T2>(this Accelerator accelerator, Action<T1, T2> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
    {
        var launcher = new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<KernelConfig, T1, T2> LoadStreamKernel<T1, T2>(this Accelerator accelerator, Action<T1, T2> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        => new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2> LoadStreamKernel<T1, T2>(this Accelerator accelerator, Action<T1, T2> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
    {
        var launcher = new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel<T1, T2>(this Accelerator accelerator, Action<T1, T2> kernel)
        where T1 : struct
        where T2 : struct
        => new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel<T1, T2>(this Accelerator accelerator, Action<T1, T2> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
    {
        var launcher = new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel<T1, T2>(this Accelerator accelerator, Action<T1, T2> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        => new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel<T1, T2>(this Accelerator accelerator, Action<T1, T2> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
    {
        var launcher = new KernelLauncher<T1, T2>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<KernelConfig, T1, T2, T3> LoadStreamKernel<T1, T2, T3>(this Accelerator accelerator, Action<T1, T2, T3> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        => new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3> LoadStreamKernel<T1, T2, T3>(this Accelerator accelerator, Action<T1, T2, T3> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<KernelConfig, T1, T2, T3> LoadStreamKernel<T1, T2, T3>(this Accelerator accelerator, Action<T1, T2, T3> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        => new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3> LoadStreamKernel<T1, T2, T3>(this Accelerator accelerator, Action<T1, T2, T3> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel<T1, T2, T3>(this Accelerator accelerator, Action<T1, T2, T3> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        => new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel<T1, T2, T3>(this Accelerator accelerator, Action<T1, T2, T3> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel<T1, T2, T3>(this Accelerator accelerator, Action<T1, T2, T3> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        => new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel<T1, T2, T3>(this Accelerator accelerator, Action<T1, T2, T3> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<KernelConfig, T1, T2, T3, T4> LoadStreamKernel<T1, T2, T3, T4>(this Accelerator accelerator, Action<T1, T2, T3, T4> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        => new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4> LoadStreamKernel<T1, T2, T3, T4>(this Accelerator accelerator, Action<T1, T2, T3, T4> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<KernelConfig, T1, T2, T3, T4> LoadStreamKernel<T1, T2, T3, T4>(this Accelerator accelerator, Action<T1, T2, T3, T4> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        => new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4> LoadStreamKernel<T1, T2, T3, T4>(this Accelerator accelerator, Action<T1, T2, T3, T4> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(this Accelerator accelerator, Action<T1, T2, T3, T4> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        => new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(this Accelerator accelerator, Action<T1, T2, T3, T4> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(this Accelerator accelerator, Action<T1, T2, T3, T4> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        => new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(this Accelerator accelerator, Action<T1, T2, T3, T4> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5> LoadStreamKernel<T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5> LoadStreamKernel<T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5> LoadStreamKernel<T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5> LoadStreamKernel<T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6> LoadStreamKernel<T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6> LoadStreamKernel<T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6> LoadStreamKernel<T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6> LoadStreamKernel<T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, KernelSpecialization specialization, out KernelInfo info)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
    {
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, KernelSpecialization specialization, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, KernelSpecialization specialization)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, KernelSpecialization specialization, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, KernelSpecialization specialization)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, KernelSpecialization specialization, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, KernelSpecialization specialization)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, KernelSpecialization specialization, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, KernelSpecialization specialization)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, KernelSpecialization specialization, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, KernelSpecialization specialization)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, KernelSpecialization specialization, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, KernelSpecialization specialization)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, KernelSpecialization specialization, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, KernelSpecialization specialization)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, KernelSpecialization specialization, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, KernelSpecialization specialization)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, KernelSpecialization specialization, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, KernelSpecialization specialization)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, KernelSpecialization specialization, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, KernelSpecialization specialization)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadStreamKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, KernelSpecialization specialization, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1})"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Explicit).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Explicit);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, KernelSpecialization specialization)
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
        => new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization).LaunchGrid;

    /// <inheritdoc cref="LoadKernel{T1}(Accelerator, Action{T1}, KernelSpecialization, out KernelInfo)"/>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, KernelSpecialization specialization, out KernelInfo info)
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
        var launcher = new KernelLauncher<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(accelerator, kernel, KernelGrouping.Explicit, 0, specialization);
        info = launcher.Info;
        return launcher.LaunchGrid;
    }
}
