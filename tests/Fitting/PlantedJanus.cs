using System;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Imaging;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Fitting;

/// <summary>
/// A trained field with its front half rotated onto its back: at z &lt; 0 stands what the field has at (-x, y, -z), so the object has a face on
/// both sides. The field itself is left alone: a ray's part behind the plane z = 0 is turned by half a turn around +Y, where it meets the
/// front half, and both parts are composited in the order in which the ray meets them.
/// </summary>
public static class PlantedJanus
{
    private const int RaysPerTile = 8192;

    /// <summary>Renders the albedo on white.</summary>
    /// <param name="device">Where the field lies.</param>
    /// <param name="renderer">Renders the field.</param>
    /// <param name="march">Steps across the bound; the same as for pictures of the field as it is.</param>
    /// <param name="camera">The camera.</param>
    /// <param name="size">Side of the picture, pixels.</param>
    public static FloatImage Render(DeviceContext device, Renderer renderer, RayMarchOptions march, OrbitCamera camera, int size)
    {
        FloatImage picture = new(size, size, 3);
        using var cast = new Tape(device, recording: false);
        RayBatch rays = renderer.CastRays(cast, camera, size, size);
        var (origins, directions) = (new Float3[rays.Count], new Float3[rays.Count]);
        var (near, far) = (new float[rays.Count], new float[rays.Count]);
        rays.Origins.CopyToCPU(origins);
        rays.Directions.CopyToCPU(directions);
        rays.Near.CopyToCPU(near);
        rays.Far.CopyToCPU(far);
        for (int first = 0; first < rays.Count; first += RaysPerTile)
        {
            int count = Math.Min(RaysPerTile, rays.Count - first);
            Segment[] nearer = new Segment[count], farther = new Segment[count];
            for (int i = 0; i < count; i++)
            {
                (nearer[i], farther[i]) = Split(origins[first + i], directions[first + i], near[first + i], far[first + i]);
            }
            (float[] front, float[] opacity) = March(device, renderer, march, nearer);
            (float[] behind, _) = March(device, renderer, march, farther);
            for (int i = 0; i < 3 * count; i++)
            {
                // On white, front = A c + 1 - A; what is behind takes the place of the white.
                float open = 1f - opacity[i / 3];
                picture.Data[(3 * first) + i] = Math.Clamp(front[i] - open + (open * behind[i]), 0f, 1f);
            }
        }
        return picture;
    }

    // The plane z = 0 cuts a ray in two; the part behind it is turned to the front.
    private static (Segment Nearer, Segment Farther) Split(Float3 origin, Float3 direction, float near, float far)
    {
        float cut = direction.Z == 0f ? far : Math.Clamp(-origin.Z / direction.Z, near, Math.Max(near, far));
        Segment first = new(origin, direction, near, cut), second = new(origin, direction, cut, far);
        bool startsInFront = direction.Z < 0f || (direction.Z == 0f && origin.Z >= 0f);
        return startsInFront ? (first, second.Turned()) : (first.Turned(), second);
    }

    private static (float[] Image, float[] Opacity) March(DeviceContext device, Renderer renderer, RayMarchOptions march, Segment[] segments)
    {
        using var tape = new Tape(device, recording: false);
        var rays = new RayBatch(
            Copy(tape, Array.ConvertAll(segments, s => s.Origin)), Copy(tape, Array.ConvertAll(segments, s => s.Direction)),
            Copy(tape, Array.ConvertAll(segments, s => s.Near)), Copy(tape, Array.ConvertAll(segments, s => s.Far)));
        RenderedView view = renderer.RenderRays(tape, rays, ViewShading.AlbedoOn(Rgb.White), march, jitter: null);
        float[] image = new float[3 * segments.Length], opacity = new float[segments.Length];
        view.Image.Value.CopyToCPU(image);
        view.Opacity.Value.CopyToCPU(opacity);
        return (image, opacity);
    }

    private static ArrayView<T> Copy<T>(Tape tape, T[] values)
        where T : unmanaged
    {
        ArrayView<T> view = tape.Scratch<T>(values.Length);
        view.CopyFromCPU(values);
        return view;
    }

    private readonly record struct Segment(Float3 Origin, Float3 Direction, float Near, float Far)
    {
        public Segment Turned() => this with
        {
            Origin = new Float3(-Origin.X, Origin.Y, -Origin.Z),
            Direction = new Float3(-Direction.X, Direction.Y, -Direction.Z),
        };
    }
}
