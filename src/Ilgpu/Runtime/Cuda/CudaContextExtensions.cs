using System;

namespace ILGPU.Runtime.Cuda;

/// <summary>Adds NVIDIA GPUs to contexts and makes accelerators of them.</summary>
public static class CudaContextExtensions
{
    /// <summary>Adds all GPUs; none where there is no driver.</summary>
    public static Context.Builder Cuda(this Context.Builder builder) => builder.Cuda(static _ => true);

    /// <summary>Adds the GPUs that fulfil a condition; none where there is no driver.</summary>
    public static Context.Builder Cuda(this Context.Builder builder, Predicate<CudaDevice> predicate)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(predicate);
        if (CudaLibrary.Find().Problem is not null)
        {
            return builder;
        }

        foreach (CudaDevice device in CudaDevice.All())
        {
            if (predicate(device))
            {
                builder.Add(device);
            }
        }

        return builder;
    }

    /// <summary>The GPUs of a context.</summary>
    public static Context.DeviceCollection<CudaDevice> GetCudaDevices(this Context context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetDevices<CudaDevice>();
    }

    /// <summary>An accelerator of the GPU at a position among those of the context.</summary>
    public static CudaAccelerator CreateCudaAccelerator(this Context context, int cudaDeviceIndex)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetDevice<CudaDevice>(cudaDeviceIndex).CreateCudaAccelerator(context);
    }
}
