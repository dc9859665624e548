namespace DreamFusion.Kernels.Device;

/// <summary>
/// What a random number is drawn for. Numbers of different purposes never share a stream, so adding a draw in one place
/// changes nothing elsewhere. The values are part of "same seed, same object": never renumber them.
/// </summary>
public static class RandomPurpose
{
    /// <summary>Camera pose and field of view.</summary>
    public const uint Camera = 1;

    /// <summary>Light position and ambient share.</summary>
    public const uint Light = 2;

    /// <summary>Background choice and colour.</summary>
    public const uint Background = 3;

    /// <summary>Offset of the first sample of each ray.</summary>
    public const uint RayJitter = 4;

    /// <summary>Position inside each cell of the occupancy grid.</summary>
    public const uint OccupancyJitter = 5;

    /// <summary>Noise that the diffusion prior is asked to remove.</summary>
    public const uint DiffusionNoise = 6;

    /// <summary>Diffusion timestep.</summary>
    public const uint Timestep = 7;

    /// <summary>Initial parameters.</summary>
    public const uint Initialisation = 8;

    /// <summary>Shading mode of a step.</summary>
    public const uint Shading = 9;

    /// <summary>Draw of a latent from the posterior of a VAE encoder.</summary>
    public const uint Posterior = 10;

    /// <summary>Shift of the points whose normals are compared with those of the samples.</summary>
    public const uint NormalShift = 11;

    /// <summary>The purpose for one view of a step with several: every view has streams of its own, view 0 those of a step with one.</summary>
    /// <param name="purpose">One of the values above.</param>
    /// <param name="view">View of the step, from 0.</param>
    public static uint OfView(uint purpose, int view) => purpose | ((uint)view << 16);
}
