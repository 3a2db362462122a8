namespace LoraFaaS.Engine.Grammars.Graphs;

/// <summary>Any byte from <paramref name="Low"/> to <paramref name="High"/> leads to node <paramref name="Target"/>.</summary>
internal readonly record struct ByteEdge(byte Low, byte High, int Target);
