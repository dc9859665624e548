using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using DreamFusion.Pipeline.Cameras;

namespace DreamFusion.Fitting;

/// <summary>Cameras all around the origin: some to fit to, and others, as far from those as can be, to test on.</summary>
/// <param name="Training">Cameras to fit to.</param>
/// <param name="HeldOut">Cameras to test on.</param>
public sealed record ViewRig(IReadOnlyList<OrbitCamera> Training, IReadOnlyList<OrbitCamera> HeldOut)
{
    private const float Radius = 3.2f;
    private const float HalfWidth = 1.08f;
    private const double HeldOutSpacingDegrees = 40;
    private const int CandidateCount = 4000;

    /// <summary>
    /// Training cameras on a Fibonacci lattice; held-out ones one after the other where the angle to the nearest training camera is largest,
    /// at least 40 degrees from one another.
    /// </summary>
    public static ViewRig AllAround(int trainingCount, int heldOutCount)
    {
        OrbitCamera[] training = Lattice(trainingCount).ToArray();
        OrbitCamera[] candidates = Lattice(CandidateCount).OrderByDescending(camera => NearestDegrees(camera, training)).ToArray();
        var heldOut = new List<OrbitCamera>();
        foreach (OrbitCamera camera in candidates)
        {
            if (heldOut.Count < heldOutCount && NearestDegrees(camera, heldOut) >= HeldOutSpacingDegrees)
            {
                heldOut.Add(camera);
            }
        }
        return new ViewRig(training, heldOut);
    }

    /// <summary>The training camera that looks from the direction nearest to another's.</summary>
    public int NearestTraining(OrbitCamera camera) => Enumerable.Range(0, Training.Count).MinBy(i => AngleDegrees(Training[i], camera));

    /// <summary>Angle between the directions of two cameras, seen from the origin, degrees.</summary>
    public static double AngleDegrees(OrbitCamera a, OrbitCamera b) =>
        Math.Acos(Math.Clamp(Vector3.Dot(a.Back, b.Back), -1f, 1f)) * (180 / Math.PI);

    private static double NearestDegrees(OrbitCamera camera, IEnumerable<OrbitCamera> others) =>
        others.Select(other => AngleDegrees(camera, other)).DefaultIfEmpty(180).Min();

    // Swinbank and Purser 2006: equal steps in height, the golden angle in azimuth.
    private static IEnumerable<OrbitCamera> Lattice(int count)
    {
        double goldenDegrees = 180 * (3 - Math.Sqrt(5));
        for (int i = 0; i < count; i++)
        {
            double polar = Math.Acos(1 - ((2 * i + 1d) / count)) * (180 / Math.PI);
            double azimuth = Math.IEEERemainder(i * goldenDegrees, 360);
            yield return new OrbitCamera((float)azimuth, (float)polar, Radius, HalfWidth);
        }
    }
}
