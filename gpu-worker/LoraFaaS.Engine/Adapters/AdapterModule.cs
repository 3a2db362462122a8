namespace LoraFaaS.Engine.Adapters;

/// <summary>The linear modules of a layer that an adapter can bend. Numbers are part of the image format.</summary>
public enum AdapterModule
{
    Query = 0,
    Key = 1,
    Value = 2,
    Output = 3,
    Gate = 4,
    Up = 5,
    Down = 6,
}
