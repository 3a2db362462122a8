using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Compute;

/// <summary>A weight matrix [rows, columns] (outputs by inputs) in the layout of <see cref="PanelLayout"/>, on the device.</summary>
public readonly record struct PackedMatrix(nint Address, PackedDtype Dtype, TensorLayout Layout, int Rows, int Columns)
{
    public int Panels => PanelLayout.PanelsFor(Rows);

    public long PanelBytes => PanelLayout.PanelBytes(Dtype, Columns);
}
