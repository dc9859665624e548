using System;

namespace DreamFusion.Pipeline.Import.Adapters.Forms;

/// <summary>A matrix that is made row by row, so that the change of a large weight is never in memory as a whole.</summary>
internal interface IMatrixRows
{
    /// <summary>Rows: the outputs of a weight.</summary>
    int Rows { get; }

    /// <summary>Columns: in·kh·kw of a weight, in this order.</summary>
    int Columns { get; }

    /// <summary>Makes one row; may be called from several threads.</summary>
    /// <param name="row">Row, from 0.</param>
    /// <param name="values">Takes the row, <see cref="Columns"/> long; overwritten.</param>
    void Row(int row, Span<float> values);
}
