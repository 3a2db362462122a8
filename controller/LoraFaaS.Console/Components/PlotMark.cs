namespace LoraFaaS.Console.Components;

/// <summary>A word beside or below a drawing, and how far along it is: 0 is its top or its left, 1 its bottom or its right.</summary>
public sealed record PlotMark(double Share, string Text);
