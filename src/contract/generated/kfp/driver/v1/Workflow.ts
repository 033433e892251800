// Original file: proto/kfp/driver/v1/driver.proto


export interface Workflow {
  'name'?: (string);
  'namespace'?: (string);
  'uid'?: (string);
}

export interface Workflow__Output {
  'name'?: (string);
  'namespace'?: (string);
  'uid'?: (string);
}
