using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Compute;

/// <summary>A weight matrix [rows, columns] (outputs by inputs) in the layout of <see cref="PanelLayout"/>, on the device.</summary>
public readonly record struct PackedMatrix(nint Address, PackedDtype Dtype, TensorLayout Layout, int Rows, int Columns)
{
    /// <summary>Columns that share a scale, see <see cref="GroupLayout"/>; 0 for a matrix that is not int8.</summary>
    public int Group { get; init; }

    public int Panels => PanelLayout.PanelsFor(Rows);

    public long PanelBytes => Dtype is PackedDtype.I8 ? GroupLayout.PanelBytes(Columns, Group) : PanelLayout.PanelBytes(Dtype, Columns);
}
