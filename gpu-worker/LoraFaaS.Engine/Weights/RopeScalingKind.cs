namespace LoraFaaS.Engine.Weights;

/// <summary>The frequency scalings the engine computes.</summary>
public enum RopeScalingKind
{
    Linear = 1,
    Llama3 = 2,
}
