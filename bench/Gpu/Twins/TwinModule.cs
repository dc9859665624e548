using System;
using System.IO;
using DreamFusion.Pipeline;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DreamFusion.Bench.Gpu.Twins;

/// <summary>The twins' PTX, loaded by the driver as another compiler made it.</summary>
public sealed class TwinModule : IDisposable
{
    private readonly CudaModule _module;

    private TwinModule(CudaModule module) => _module = module;

    /// <summary>Loads the file that <c>bench/Gpu/Twins/build</c> wrote.</summary>
    /// <exception cref="DfkException">It is not there, or the device is no GPU.</exception>
    public static TwinModule Load(Accelerator accelerator, string file)
    {
        if (accelerator is not CudaAccelerator gpu)
        {
            throw new DfkException(ExitCode.MachineLacks, $"the twins run on CUDA devices, the device is {accelerator.Name}; leave --twins out or use --device cuda.");
        }

        return File.Exists(file)
            ? new TwinModule(new CudaModule(gpu, File.ReadAllText(file)))
            : throw new DfkException(ExitCode.BadInput, $"{file} is not there; make it with bench/Gpu/Twins/build.");
    }

    /// <summary>The address of a view.</summary>
    public static long Address<T>(ArrayView<T> view)
        where T : unmanaged => view.LoadEffectiveAddressAsPtr();

    /// <summary>Launches some kernels, one after the other.</summary>
    public void Launch(TwinLaunch[] launches)
    {
        foreach (TwinLaunch launch in launches)
        {
            _module.Launch(launch.Entry, new Index2D(launch.GridX, launch.GridY), TwinLaunch.GroupSize, launch.SharedBytes, launch.Arguments);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();
}
