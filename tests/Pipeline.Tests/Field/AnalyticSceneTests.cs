using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using DreamFusion.Fitting;
using DreamFusion.Fitting.Scenes;
using DreamFusion.Pipeline.Cameras;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Field;

/// <summary>The scene that fields are fitted to is what <see cref="FieldFitTests"/> claims, and its tracer is right.</summary>
public sealed class AnalyticSceneTests
{
    private const float Bound = 1.15f;
    private static readonly IReadOnlyList<Body> _bodies = AnalyticScene.Overlapping.Bodies;

    public static TheoryData<int> Bodies => [.. Enumerable.Range(0, _bodies.Count)];

    // Far rays towards the body's surroundings: just before the entry they are outside, just behind it inside, and nowhere earlier.
    [Theory]
    [MemberData(nameof(Bodies))]
    public void Rays_enter_where_the_body_begins(int index)
    {
        Body body = _bodies[index];
        var random = new Random(index);
        int hits = 0;
        for (int ray = 0; ray < 400; ray++)
        {
            Vector3 origin = 3f * Vector3.Normalize(InCube(random, 1f));
            Vector3 direction = Vector3.Normalize(body.Position + InCube(random, 0.8f) - origin);
            float enter = body.Enter(origin, direction);
            hits += float.IsFinite(enter) ? 1 : 0;
            // Behind a graze the ray may be out again; the march looks at what the tracer says is empty.
            for (float t = 0f; t < MathF.Min(enter, 6f) - 1e-4f; t += 0.004f)
            {
                Assert.False(body.Contains(origin + (t * direction)), $"ray {ray} enters at {enter}, but is inside at {t}");
            }
            Assert.True(!float.IsFinite(enter) || Deepest(body, origin + (enter * direction), direction), $"ray {ray} is not inside behind {enter}");
        }
        Assert.InRange(hits, 40, 399);
    }

    [Fact]
    public void Six_bodies_run_into_one_another_inside_the_bound()
    {
        var random = new Random(7);
        var touching = new HashSet<(int, int)>();
        for (int i = 0; i < 200_000; i++)
        {
            Vector3 point = InCube(random, 1.5f);
            int[] inside = [.. Enumerable.Range(0, _bodies.Count).Where(body => _bodies[body].Contains(point))];
            Assert.True(inside.Length == 0 || point.Length() < Bound, $"{point} lies in a body and outside the field's bound");
            foreach (int a in inside)
            {
                touching.UnionWith(inside.Where(b => b > a).Select(b => (a, b)));
            }
        }
        Assert.True(_bodies.Count >= 5);
        var reached = new HashSet<int> { 0 };
        for (int round = 0; round < _bodies.Count; round++)
        {
            reached.UnionWith(touching.Where(pair => reached.Contains(pair.Item1)).Select(pair => pair.Item2).ToArray());
            reached.UnionWith(touching.Where(pair => reached.Contains(pair.Item2)).Select(pair => pair.Item1).ToArray());
        }
        Assert.Equal(_bodies.Count, reached.Count);
    }

    [Fact]
    public void The_object_covers_30_to_70_percent_of_every_view()
    {
        ViewRig rig = FitExperiment.Rig;
        Assert.Equal(24, rig.Training.Count);
        Assert.All(FitExperiment.See(rig.Training.Concat(rig.HeldOut)), view => Assert.InRange(view.Coverage, 0.3, 0.7));
    }

    [Fact]
    public void Held_out_views_lie_at_least_20_degrees_from_any_training_view() =>
        Assert.All(
            FitExperiment.Rig.HeldOut,
            camera => Assert.All(FitExperiment.Rig.Training, training => Assert.True(ViewRig.AngleDegrees(camera, training) >= 20)));

    // A ball at the upper right, seen from the front; seen from behind it is at the upper left, from above at the lower right.
    [Theory]
    [InlineData(0f, 90f, true, true)]
    [InlineData(-180f, 90f, false, true)]
    [InlineData(0f, 20f, true, false)]
    public void Pictures_are_not_mirrored(float azimuth, float polar, bool right, bool top)
    {
        var pattern = new Checker(Vector3.One, Vector3.One, 1f);
        var scene = new AnalyticScene([new Body(new Ellipsoid(0.2f), pattern, new Vector3(0.5f, 0.3f, 0.7f), Quaternion.Identity)]);
        SceneView view = scene.See(new OrbitCamera(azimuth, polar, 3.2f, 1.15f), 32);
        double x = 0, y = 0, sum = view.Alpha.Sum();
        for (int pixel = 0; pixel < view.Alpha.Length; pixel++)
        {
            x += view.Alpha[pixel] * (pixel % 32 - 15.5) / sum;
            y += view.Alpha[pixel] * (15.5 - pixel / 32) / sum;
        }
        Assert.True(sum > 10);
        Assert.Equal(right, x > 3);
        Assert.Equal(!right, x < -3);
        Assert.Equal(top, y > 3);
        Assert.Equal(!top, y < -3);
    }

    // Within a short way, because a graze leaves soon; the tolerance is the float rounding of the entry.
    private static bool Deepest(Body body, Vector3 entry, Vector3 direction)
    {
        for (float further = 0f; further < 2e-3f; further += 2e-5f)
        {
            if (body.Contains(entry + (further * direction)))
            {
                return true;
            }
        }
        return false;
    }

    private static Vector3 InCube(Random random, float half) =>
        half * new Vector3((2f * random.NextSingle()) - 1f, (2f * random.NextSingle()) - 1f, (2f * random.NextSingle()) - 1f);
}
