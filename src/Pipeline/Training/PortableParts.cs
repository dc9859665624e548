using System.Collections.Generic;
using System.Globalization;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Machine;

namespace DreamFusion.Pipeline.Training;

/// <summary>Which parts of a run on a GPU have no kernels that are written for it, and run on the portable ones.</summary>
internal static class PortableParts
{
    /// <summary>A sentence for each part; none on a CPU and where portable kernels were asked for.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="device">Its device.</param>
    public static IEnumerable<string> Of(RunConfiguration configuration, DeviceContext device)
    {
        if (DeviceSelection.CudaIndex(configuration.Device) is null || device.Choice == KernelChoice.Portable)
        {
            yield break;
        }
        FieldOptions field = FieldOptions.From(configuration.Nerf, configuration.Background);
        if (field.Encoding is HashGridEncodingOptions { Grid.FeaturesPerLevel: var features } && features % 2 != 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"the hash grid has {features} feature per level and runs on the portable kernels; with 2 or 4 it has kernels for GPUs");
        }
        foreach (MlpOptions network in Networks(field))
        {
            IFusedMlp mlp = network.HiddenActivation == HiddenActivation.Relu ? device.Kernels<FusedMlp<Relu>>() : device.Kernels<FusedMlp<Silu>>();
            if (!mlp.IsTunedFor(network))
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"the network {network.InputCount} -> {network.HiddenLayers} x {network.Width} -> {network.OutputCount} needs more shared memory than this GPU has: some of its passes run on the portable kernels");
            }
        }
    }

    private static MlpOptions[] Networks(FieldOptions field)
    {
        MlpOptions[] networks = field.Networks switch
        {
            JointNetworkOptions joint => [joint.Network],
            SeparateNetworkOptions separate => [separate.Sigma, separate.Features],
            _ => [],
        };
        return field.Background is { } background ? [.. networks, background.Network] : networks;
    }
}
