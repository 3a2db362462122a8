namespace LoraFaaS.Engine.Weights;

/// <summary>How a tensor's elements lie in an image. Numbers are part of the image format.</summary>
public enum TensorLayout
{
    /// <summary>Panels of 16 output rows, see <see cref="PanelLayout"/>: what the matrix kernels read.</summary>
    Panels = 1,

    /// <summary>Row by row, for a table that is only ever looked up in.</summary>
    Rows = 2,
}
