namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>The kinds of JSON value, numbers split so that integer is a part of number.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Fraction = 8,
    Number = Integer | Fraction,
    String = 16,
    Array = 32,
    Object = 64,
    All = 127,
}
