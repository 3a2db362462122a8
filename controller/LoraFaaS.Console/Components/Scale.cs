namespace LoraFaaS.Console.Components;

/// <summary>Round numbers for the axes of charts.</summary>
internal static class Scale
{
    /// <summary>The least of 1, 2, 4, 5 or 10 times a power of ten that is not below.</summary>
    public static double Nice(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return new[] { 1d, 2, 4, 5, 10 }.Select(step => step * power).First(step => step >= value * 0.999);
    }

    /// <summary>From 0 to the top in at most four steps of whole numbers where they are whole.</summary>
    public static IEnumerable<double> Steps(double top) => Enumerable.Range(0, 5).Select(step => top * step / 4).Where(value => top < 4 || value % 1 == 0);
}
