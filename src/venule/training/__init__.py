"""Recipe -> augmentation -> fit -> checkpoint -> ONNX."""
