using System;
using System.Collections.Generic;
using System.Numerics;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Meshes.Raster;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>A textured mesh against renders of its field.</summary>
/// <param name="SilhouetteIoU">Intersection over union of the silhouettes, summed over the views, 0..1.</param>
/// <param name="Psnr">-10 log10 of the mean squared difference of all channels of all pixels on white, dB.</param>
/// <param name="ObjectPsnr">The same over the pixels alone that either covers.</param>
public sealed record MeshComparison(double SilhouetteIoU, double Psnr, double ObjectPsnr)
{
    /// <summary>Draws the mesh from every view's camera and compares.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="views">Renders of the field.</param>
    /// <param name="parallel">Threads to use.</param>
    public static MeshComparison Of(TexturedMesh mesh, IReadOnlyList<FieldView> views, ParallelOptions parallel)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentNullException.ThrowIfNull(views);
        MeshRasterizer rasterizer = new(mesh, parallel);
        double sum = 0, objectSum = 0;
        long count = 0, objectCount = 0;
        foreach (FieldView view in views)
        {
            MeshView drawn = rasterizer.Draw(view.Camera, view.Colour.Width, view.Colour.Height, MeshShading.Albedo, Vector3.One);
            for (int i = 0; i < view.Colour.Data.Length; i++)
            {
                double difference = drawn.Colour.Data[i] - view.Colour.Data[i];
                bool covered = drawn.Opacity.Data[i / 3] > 0f || view.Opacity.Data[i / 3] > 0.5f;
                sum += difference * difference;
                count++;
                objectSum += covered ? difference * difference : 0;
                objectCount += covered ? 1 : 0;
            }
        }

        return new MeshComparison(
            ThresholdSearch.SilhouetteIoU(mesh.Geometry, views, parallel), Decibels(sum / count), Decibels(objectSum / Math.Max(objectCount, 1)));
    }

    private static double Decibels(double meanSquaredError) => -10 * Math.Log10(Math.Max(meanSquaredError, 1e-12));
}
