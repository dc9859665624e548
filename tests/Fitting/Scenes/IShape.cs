using System.Numerics;

namespace DreamFusion.Fitting.Scenes;

/// <summary>A closed body in its own coordinates.</summary>
public interface IShape
{
    /// <summary>Whether a point lies inside.</summary>
    bool Contains(Vector3 point);

    /// <summary>Distance at which a ray from outside enters the body, or positive infinity if it misses.</summary>
    /// <param name="origin">Ray origin, outside.</param>
    /// <param name="direction">Unit direction.</param>
    float Enter(Vector3 origin, Vector3 direction);
}
