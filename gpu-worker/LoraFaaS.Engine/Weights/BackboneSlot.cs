namespace LoraFaaS.Engine.Weights;

/// <summary>A tensor that a backbone image must hold, or may (<see cref="Optional"/>), and its shape.</summary>
internal readonly record struct BackboneSlot(string Name, int Rows, int Columns, bool IsVector = false, bool Optional = false, bool IsTable = false);
