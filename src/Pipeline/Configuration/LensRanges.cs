using System.Linq;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>
/// The four ways to write the lens of the training cameras. A source that writes one takes the place of what a source before it wrote;
/// two in one source are left to the validator.
/// </summary>
internal static class LensRanges
{
    private const string Data = "data";
    private const string Training = "train_dataset";
    private static readonly string[] _names = ["half_width_range", "fovx_range", "fovy_range", "focal_range"];

    /// <summary>The tree without the lenses that <paramref name="over"/> replaces by another.</summary>
    public static ConfigurationMapping Yield(ConfigurationMapping tree, ConfigurationMapping over)
    {
        bool isWritten = over.FindPath($"{Data}.{Training}") is ConfigurationMapping written
            && _names.Any(name => written.Find(name) is not null and not ConfigurationScalar { IsNull: true });
        if (!isWritten || tree.Find(Data) is not ConfigurationMapping data || data.Find(Training) is not ConfigurationMapping train)
        {
            return tree;
        }

        // Null instead of nothing: what is not written at all has the record's default.
        foreach (string name in _names)
        {
            train = train.With(name, new ConfigurationScalar(train.Find(name)?.Origin ?? train.Origin, "null", Quoted: false));
        }

        return tree.With(Data, data.With(Training, train));
    }
}
